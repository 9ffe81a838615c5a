"""Write the samples that are binary or oddly encoded, and the conversation in every format.

usage: python data/samples/build.py [FOLDER]   (default: the folder of this file)
Reads `sources.yaml` and the JSON in `one_in_every_format/`; writes the same bytes on every run.
"""

import csv
import io
import json
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import docx
import xlsxwriter
import yaml

HERE = Path(__file__).parent
ENCODINGS = {"gb18030": (b"", "gb18030"), "big5": (b"", "big5"), "utf16": (b"\xff\xfe", "utf-16-le")}
ROLES = {"agent": "客服", "customer": "客户"}
COLUMNS = ["会话ID", "序号", "角色", "内容", "开始时间", "结束时间"]
METADATA = {
    "agent_id": "坐席工号",
    "team": "班组",
    "channel": "渠道",
    "date": "日期",
    "customer_id": "客户ID",
    "order_id": "订单号",
}
EPOCH = datetime(2024, 1, 1)


def clock(seconds, point):
    """`3.5` as `00:00:03.500`."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def labelled(turns):
    return "".join(f"{role}：{text}\n" for role, text, *_ in turns)


def table(conversations):
    """A heading and one row for each turn; every conversation has the same metadata keys."""
    extra = [key for key in conversations[0] if key not in ("id", "turns")]
    rows = [COLUMNS + extra]
    for talk in conversations:
        for number, turn in enumerate(talk["turns"], 1):
            rows.append([talk["id"], number, *turn, *(talk[key] for key in extra)])
    return rows


def write_xlsx(path, rows):
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": EPOCH})
        sheet = book.add_worksheet("会话明细")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def write_docx(path, turns, *, as_table):
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = EPOCH
    if as_table:
        grid = document.add_table(rows=0, cols=2)
        for cells in [("角色", "内容"), *(turn[:2] for turn in turns)]:
            for cell, text in zip(grid.add_row().cells, cells, strict=True):
                cell.text = text
    else:
        for line in labelled(turns).splitlines():
            document.add_paragraph(line)
    raw = io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename), old.read(item), zipfile.ZIP_DEFLATED)


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def subtitles(turns):
    srt, vtt = [], ["WEBVTT\n"]
    for number, (role, text, start, end) in enumerate(turns, 1):
        srt.append(f"{number}\n{clock(start, ',')} --> {clock(end, ',')}\n{role}：{text}\n")
        vtt.append(f"{clock(start, '.')} --> {clock(end, '.')}\n<v {role}>{text}\n")
    return "\n".join(srt), "\n".join(vtt)


def write_every_format(source, folder):
    talk = json.loads(source.read_text("utf-8"))
    turns = [[ROLES[t["role"]], t["text"], t["start"], t["end"]] for t in talk["turns"]]
    rows = table([{"id": talk["id"], "turns": turns} | {METADATA[k]: talk[k] for k in METADATA}])
    base = folder / source.stem
    texts = {".txt": labelled(turns), ".jsonl": json.dumps(talk, ensure_ascii=False) + "\n"}
    texts[".srt"], texts[".vtt"] = subtitles(turns)
    for suffix, text in texts.items():
        base.with_suffix(suffix).write_text(text, "utf-8")
    write_csv(base.with_suffix(".csv"), rows)
    write_xlsx(base.with_suffix(".xlsx"), rows)
    write_docx(folder / f"{source.stem}_paragraphs.docx", turns, as_table=False)
    write_docx(folder / f"{source.stem}_table.docx", turns, as_table=True)


def write_sources(folder):
    for name, talks in yaml.safe_load((HERE / "sources.yaml").read_text("utf-8")).items():
        path = folder / name
        turns = talks[0]["turns"]
        if path.suffix == ".xlsx":
            write_xlsx(path, table(talks))
        elif path.suffix == ".docx":
            write_docx(path, turns, as_table=path.stem.endswith("_table"))
        else:
            mark, encoding = ENCODINGS[path.stem.rsplit("_", 1)[1]]
            path.write_bytes(mark + labelled(turns).encode(encoding))


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    every = folder / "one_in_every_format"
    every.mkdir(parents=True, exist_ok=True)
    write_sources(folder)
    write_every_format(HERE / "one_in_every_format" / "hotel_extend_stay.json", every)


if __name__ == "__main__":
    main()
