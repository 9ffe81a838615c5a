"""The page in a real Chromium: it opens from disk, is quiet, and shows what the results hold."""

import base64
import json
import re
import urllib.parse
import zlib
from dataclasses import replace

import pytest

from autoscorer.report import write_report
from autoscorer.report.view import number
from autoscorer.types import Detection, Failure, Span

from .cards import CLEAN, GREETED, NOT_GREETED, RUDE, card, criterion

pytestmark = pytest.mark.slow
VIEWS = ["", "#agents", "#urgent", "#contacts", "#method"]
EVIL = '<script>document.title="owned"</script><img src=x onerror=alert(1)>&amp;\u2028"\'`${1}{{7*7}}'


def parts(path):
    """All that is packed in a page, as text."""
    page = path.read_text(encoding="utf-8")
    packed = re.findall(r'<script type="text/plain" id="[^"]+">([^<]*)</script>', page)
    return [zlib.decompress(base64.b64decode(part)).decode("utf-8") for part in packed]


def card_of(results, wanted):
    """The first result of which `wanted` holds."""
    return next(card for card in results if wanted(card))


def id_of(card):
    return card.analysis.transcript.id


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desktop", "phone"])
def test_each_view_is_drawn_and_fits(open_page, reports, results, lang, size):
    page = open_page(reports[lang], width=size[0], height=size[1])
    for view in [*VIEWS, f"#contact={id_of(results[0])}", "#agent=2003 吴刚"]:
        page.go(view)
        shown = page.page.locator("main section:visible")
        assert shown.count() == 1
        assert len(shown.first.inner_text()) > 100
        assert page.overflow() <= 0, view
        name = re.match("#?([a-z]*)", view)[1] or "overview"
        page.shot(f"{lang}-{'phone' if size[0] < 500 else 'desktop'}-{name}")


def test_the_overview_has_its_figures_and_charts(open_page, reports, results):
    page = open_page(reports["zh"]).go()
    cards = page.locator("[data-page=overview] .card .big").all_inner_texts()
    mean = sum(card.total for card in results) / len(results)
    passed = sum(card.passed for card in results) / len(results)
    assert cards[:3] == [str(len(results)), f"{mean:.1f}", f"{100 * passed:.1f}%"]
    assert page.locator("#chart-grades svg").count() == 1
    assert page.locator("#chart-weeks svg").count() == 1


def test_the_english_page_is_english(open_page, reports):
    page = open_page(reports["en"]).go()
    assert page.locator("html").get_attribute("lang") == "en"
    heads = page.locator("h1, main > section h2, thead th, nav a, .card .label").all_inner_texts()
    assert not [head for head in heads if re.search("[\u4e00-\u9fff]", head)]


def test_evidence_counts_equal_the_data(open_page, reports, results):
    opened = open_page(reports["zh"])
    for one in results[:25]:
        page = opened.go(f"#contact={id_of(one)}")
        links = page.locator("#contact-page button.evidence")
        assert links.count() == sum(len(c.evidence) for c in one.criteria)
        assert page.locator("#contact-page article.score").count() == len(one.criteria)
        assert page.locator("#contact-page li.turn").count() == len(one.analysis.transcript.utterances)


def test_marks_are_the_words_of_the_evidence(open_page, reports, results):
    one = card_of(results, lambda c: any(len(s.evidence) for s in c.criteria))
    page = open_page(reports["zh"]).go(f"#contact={id_of(one)}")
    for at, score in enumerate(one.criteria):
        marks = page.locator("#contact-page mark")
        words = marks.evaluate_all(
            "(marks, at) => marks.filter(m => m.dataset.criteria.split(' ').includes(String(at))).map(m => m.textContent)",
            at,
        )
        assert "".join(words) == "".join(_merged(score.evidence))


def _merged(evidence):
    """The quoted texts in order of place, overlapping ones once."""
    chars = {(e.span.turn, e.span.start + n): char for e in evidence for n, char in enumerate(e.text)}
    return [char for _, char in sorted(chars.items())]


def test_a_criterion_leads_to_its_words_and_a_miss_to_where_it_looked(open_page, reports, results):
    one = card_of(
        results, lambda c: any(s.outcome == "not_met" and s.looked and not s.evidence for s in c.criteria)
    )
    page = open_page(reports["zh"]).go(f"#contact={id_of(one)}")
    missed = next(s for s in one.criteria if s.outcome == "not_met" and s.looked and not s.evidence)
    page.locator(f'[data-criterion="{missed.criterion}"] button.title').click()
    searched = page.locator("li.searched").evaluate_all("all => all.map(one => Number(one.dataset.turn))")
    assert searched == list(range(missed.looked[0], missed.looked[1] + 1))
    met = next(s for s in one.criteria if s.outcome == "met" and s.evidence and s.max_points)
    page.locator(f'[data-criterion="{met.criterion}"] button.title').click()
    assert page.locator("mark.lit").count() >= 1
    assert page.locator("li.searched").count() == 0


def test_a_mark_leads_to_its_criterion(open_page, reports, results):
    one = card_of(results, lambda c: any(s.evidence for s in c.criteria))
    page = open_page(reports["zh"]).go(f"#contact={id_of(one)}")
    page.locator("mark:not(.doubt)").first.click()
    assert page.locator("article.score.lit").count() == 1


def test_filters_sort_and_search(open_page, reports, results):
    opened = open_page(reports["zh"])
    page = opened.go("#contacts")
    rows = page.locator("table.list tbody tr")

    def shown():
        return int(page.locator("p.count").inner_text().split("/")[0])

    assert shown() == len(results)
    page.get_by_label("坐席", exact=True).select_option("2003 吴刚")
    agent = [c for c in results if c.analysis.transcript.metadata["agent_id"] == "2003 吴刚"]
    assert shown() == len(agent) == rows.count()
    assert "agent=2003" in urllib.parse.unquote(page.url)
    page.get_by_role("button", name="清除筛选").click()
    opened.wait("#contacts")
    page.get_by_label("合格与否").select_option("0")
    assert shown() == sum(not c.passed for c in results)
    opened.go("#contacts&sort=-total")
    assert page.locator("th[aria-sort=descending]").count() == 1
    page.get_by_role("button", name="总分").click()
    totals = page.locator("table.list tbody td:nth-child(6)").all_inner_texts()
    assert totals == [number(card.total) for card in sorted(results, key=lambda c: c.total)][: len(totals)]
    assert page.locator("th[aria-sort=ascending]").count() == 1


def figures_of(page):
    """What the overview states: the cards, the grades as the chart names them, the weakest criteria."""
    cards = page.locator("#cards .big").all_inner_texts()
    grades = page.locator("#chart-grades").get_attribute("aria-label")
    return cards, re.findall(r"\d+", grades), page.locator("#weak tr").all_inner_texts()


def test_the_overview_follows_the_filters(open_page, reports, results, tmp_path):
    """As filtered, it states what a report of these contacts alone would state."""
    opened = open_page(reports["zh"])
    page = opened.go()
    before = figures_of(page)
    assert page.locator("#filtered").is_hidden() and page.locator(".of-all:visible").count() == 0
    page.locator("#filter-box summary").press("Enter")
    page.get_by_label("班组", exact=True).select_option("华南二组")
    page.wait_for_selector("#filtered:visible")
    own = [c for c in results if c.analysis.transcript.metadata["team"] == "华南二组"]
    line = f"已筛选：{len(results)} 个会话中的 {len(own)} 个（班组 华南二组）。"
    assert page.locator("#filtered").inner_text() == line
    assert "team=" in page.url and page.locator("section:visible .of-all:visible").count() >= 5
    alone = open_page(write_report(own, tmp_path / "own.html")).go()
    assert figures_of(page) == figures_of(alone)
    page.locator("[data-nav=contacts]").click()
    opened.wait("#contacts")
    assert page.locator("p.count").inner_text().startswith(f"{len(own)} /")
    page.locator("[data-nav=overview]").click()
    opened.wait("#overview")
    assert page.locator("#filtered").inner_text() == line
    page.emulate_media(media="print")
    assert page.locator("#filtered").is_visible() and page.locator("#filter-box").is_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="清除筛选").click()
    page.wait_for_selector("#filtered", state="hidden")
    assert figures_of(page) == before


@pytest.mark.parametrize(
    "where", ["passed=0", "urgent=1", "from=2024-07-01&to=2024-07-31", "q=退款", "agent=2003 吴刚"]
)
def test_each_filter_leads_to_the_overview_by_its_address(open_page, reports, where):
    opened = open_page(reports["en"])
    page = opened.go(f"#contacts&{where}")
    page.wait_for_function("Store.reading && Store.searchable")
    page.evaluate("() => Store.texts()")
    shown = int(page.locator("p.count").inner_text().split()[0])
    page = opened.go(f"#overview&{where}")
    assert page.locator("#cards .big").first.inner_text() == str(shown)
    assert f"{shown} of 120 contacts" in page.locator("#filtered").inner_text()
    assert page.locator("#filter-box[open]").count() == 1


def test_a_filter_that_nothing_passes(open_page, reports):
    page = open_page(reports["zh"]).go("#overview&from=2030-01-01")
    assert page.locator("#cards .big").all_inner_texts() == ["0", *["–"] * 5]
    assert page.locator("#weak").inner_text() == "没有符合条件的会话。"


def test_what_the_models_are_not_sure_of(open_page, tmp_path):
    talk = ("c 我的退款三天了还没到账", "a 您好，我帮您查一下", "c 好的谢谢", "a 不客气，再见")
    unsure = replace(criterion("attitude.recovery", "manual", 0.0, 0.0, 1, texts=talk), unsure=True)
    made = card("t", criteria=(GREETED, unsure), team="甲")
    doubts = (Detection("solution", Span(3, 0, 3), "不客气", "model:m", 0.55, 0.8),)
    made = replace(made, analysis=replace(made.analysis, doubts=doubts))
    path = write_report([made, card("u", team="甲")], tmp_path / "r.html")
    opened = open_page(path)
    page = opened.go()
    assert page.locator("#cards a").inner_text() == "需复核 1"
    page.locator("#cards a").click()
    opened.wait("#contacts")
    assert page.get_by_label("只看需复核").is_checked()
    assert page.locator("table.list a.id").all_inner_texts() == ["t"]
    assert page.locator("table.list .chip").all_inner_texts() == ["复核 1"]
    page = opened.go("#contact=t")
    card_of_it = page.locator("article[data-criterion='attitude.recovery']")
    assert card_of_it.is_visible() and card_of_it.locator(".chip").inner_text() == "复核"
    assert page.locator("article.score .chip").count() == 1
    mark = page.locator("mark.doubt")
    assert mark.inner_text() == "不客气" and "55%" in mark.get_attribute("title")
    lines = page.locator("mark").evaluate_all("all => all.map(one => getComputedStyle(one).outlineStyle)")
    assert sorted(lines) == ["dashed", "none"]
    assert page.locator(".tag.doubt").inner_text() == "? 解答方案"
    sure = open_page(write_report([card("u")], tmp_path / "s.html")).go("#contacts")
    assert sure.get_by_label("只看需复核").count() == 0


def test_a_search_that_a_link_names(open_page, reports, results):
    page = open_page(reports["zh"]).go("#contacts&q=发票抬头")
    expected = sum(any("发票抬头" in u.text for u in c.analysis.transcript.utterances) for c in results)
    page.wait_for_selector(f"p.count:text-matches('^{expected} /')")


def test_search_reads_the_dialogues(open_page, reports, results):
    page = open_page(reports["zh"]).go("#contacts")
    word = "发票抬头"
    page.locator("input[type=search]").fill(word)
    expected = sum(any(word in u.text for u in c.analysis.transcript.utterances) for c in results)
    assert expected
    page.wait_for_selector(f"p.count:text-matches('^{expected} /')")
    page.locator("input[type=search]").fill("没有这样的话xyz")
    page.wait_for_selector("td.empty")


def test_dates_and_alerts_filter(open_page, reports, results):
    page = open_page(reports["zh"]).go("#contacts&from=2024-07-01&to=2024-07-07")
    days = page.locator("table.list tbody td:nth-child(2)").all_inner_texts()
    expected = [c.analysis.transcript.metadata["date"] for c in results]
    assert sorted(days) == sorted(day for day in expected if "2024-07-01" <= day <= "2024-07-07")
    page = open_page(reports["zh"]).go("#contacts&urgent=1")
    badge = int(page.locator(".badge").inner_text())
    assert page.locator("p.count").inner_text().startswith(f"{badge} /")


def test_deep_links_lead_to_the_turn(open_page, reports, results):
    opened = open_page(reports["zh"])
    page = opened.go(f"#contact={id_of(results[5])}&turn=3")
    assert page.locator("h2", has_text=id_of(results[5])).count() == 1
    assert page.locator("li.here").get_attribute("data-turn") == "2"
    page = opened.go("#contact=nobody")
    assert "nobody" in page.locator("#contact-page").inner_text()
    assert opened.go("#nonsense").locator("[data-page=overview]").is_visible()


def test_keys(open_page, reports, results):
    opened = open_page(reports["zh"])
    page = opened.go("#contacts")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator("tr.selected a").inner_text() == id_of(results[0])
    page.keyboard.press("Enter")
    opened.wait("#contact=")
    page.keyboard.press("j")
    page.wait_for_selector(f"body[data-shown='#contact={id_of(results[1])}']")
    page.keyboard.press("Escape")
    opened.wait("#contacts")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("dialog[open] kbd").count() == 6
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_agents_lead_to_their_profile_and_quotes(open_page, reports):
    opened = open_page(reports["zh"])
    page = opened.go("#agents")
    page.locator("table.ranking tbody a").last.click()
    opened.wait("#agent=")
    assert page.locator("section[data-page=agent]:visible").count() == 1
    quoted = page.locator("section[data-page=agent]:visible .training li")
    assert quoted.count() >= 1
    quoted.first.locator("a.id").click()
    opened.wait("#contact=")
    assert page.locator("li.here").count() == 1


def test_gaps_are_shown(open_page, tmp_path):
    talk = (
        ("c 您好我要退货", 0.0, 2.0),
        ("a 您好", 92.0, 95.0),
        ("c 快点", 96.0, 97.0),
        ("a 好的", 99.0, 100.0),
    )
    path = write_report([card("t", talk=talk)], tmp_path / "r.html")
    page = open_page(path).go("#contact=t")
    assert page.locator("li.gap").all_inner_texts() == ["⏱ 等待 90 秒"]


def test_spans_count_characters_not_utf16(open_page, tmp_path):
    talk = ("c 我的退款三天了还没到账", "a 😀😀您好，我帮您查", "c 好的谢谢", "a 再见")
    evidence = criterion("attitude.greeting", "met", 4.0, 4.0, 1, texts=talk)
    path = write_report([card("t", talk=talk, criteria=(evidence,))], tmp_path / "r.html")
    assert open_page(path).go("#contact=t").locator("mark").inner_text() == "😀😀"


def hostile():
    """A result in which every text is an attack."""
    talk = (f"c {EVIL} 我要退款", f"a {EVIL}", f"c {EVIL}", f"a {EVIL}")
    name = criterion(f"x.{EVIL}", "not_met", 0.0, 4.0, 1, texts=talk)
    texts = {"agent_id": f"a{EVIL}", "team": f"t{EVIL}", "channel": f"c{EVIL}", "date": "2024-06-07"}
    first = card(f"i{EVIL}", 10.0, (RUDE, name), talk=talk, behaviors=("escalate 0", "complaint 2"), rubric=EVIL,
                 grade=EVIL, moods=("2 negative 0.9",), **texts)  # fmt: skip
    second = card(f"j{EVIL}", 20.0, (RUDE, name), talk=talk, rubric=EVIL, grade=EVIL, **texts)
    return [first, second, Failure(EVIL, "read", "no_dialogue", EVIL, EVIL, EVIL)]


def test_hostile_text_is_text(open_page, tmp_path):
    path = write_report(hostile(), tmp_path / "r.html")
    opened = open_page(path)
    for view in [
        *VIEWS,
        "#contact=" + urllib.parse.quote(f"i{EVIL}"),
        "#agent=" + urllib.parse.quote(f"a{EVIL}"),
    ]:
        page = opened.go(view)
        assert page.title() == "服务质量检查报告"
        assert page.locator("main img, main script").count() == 0
    page = opened.go("#contact=" + urllib.parse.quote(f"i{EVIL}"))
    assert EVIL.replace("\u2028", "") in page.locator("li.turn .said").nth(1).text_content().replace(
        "\u2028", ""
    )
    page = opened.go("#agents")
    page.locator("table.ranking a").click()
    opened.wait("#agent=")
    assert page.locator("section[data-page=agent]:visible h2").inner_text().startswith("a<script>")
    assert "<script>document.title" not in path.read_text(encoding="utf-8")


def test_without_text_no_word_is_in_the_file(open_page, results, tmp_path):
    path = write_report(results[:40], tmp_path / "r.html", text=False)
    held = "".join([path.read_text(encoding="utf-8"), *parts(path)])
    said = {u.text for one in results[:40] for u in one.analysis.transcript.utterances if len(u.text) >= 6}
    names = {c.name for c in results[0].criteria}
    assert not [text for text in said if text in held and text not in names]
    pieces = {text[at : at + 7] for text in said for at in range(len(text) - 6)}
    assert not [piece for piece in pieces if piece in held]
    page = open_page(path).go(f"#contact={id_of(results[0])}")
    assert page.locator("button.evidence").count() == sum(len(c.evidence) for c in results[0].criteria)
    open_page(path).go()


def test_with_text_the_words_are_in_the_packed_parts_only(reports, results):
    packed = "".join(parts(reports["zh"]))
    for one in results[:20]:
        for utterance in one.analysis.transcript.utterances:
            assert json.dumps(utterance.text, ensure_ascii=False)[1:-1] in packed


def test_it_prints_as_a_report(open_page, reports, tmp_path):
    from .conftest import SHOTS

    for lang in ("zh", "en"):
        page = open_page(reports[lang]).go("#contacts")
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        assert paper.startswith(b"%PDF")
        page = open_page(reports[lang]).go()
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.pdf(path=SHOTS / f"{lang}-print.pdf", format="A4", prefer_css_page_size=True)
        page.emulate_media(media="print")
        assert page.locator("nav").is_hidden()
        assert page.locator("[data-page=overview]").is_visible()
        assert page.locator("[data-page=agents]").is_visible()
        assert page.locator("#contact-page").is_hidden()


def test_the_same_results_give_the_same_bytes(results, tmp_path):
    one = write_report(results[:30], tmp_path / "a.html").read_bytes()
    assert one == write_report(results[:30], tmp_path / "b.html").read_bytes()


def test_one_contact_without_anything_is_a_report_too(open_page, tmp_path):
    path = write_report([card("only", criteria=(GREETED,), moods=())], tmp_path / "r.html")
    opened = open_page(path)
    for view in [*VIEWS, "#contact=only"]:
        opened.go(view)
    assert opened.go().locator("#chart-weeks").count() == 0


def test_the_same_id_twice_is_two_contacts(open_page, tmp_path):
    path = write_report([card("a", 90.0), card("a", 70.0), card("a (2)", 60.0)], tmp_path / "r.html")
    page = open_page(path).go("#contacts")
    assert page.locator("table.list a.id").all_inner_texts() == ["a", "a (2)", "a (2) (2)"]
    assert "70.0" in open_page(path).go("#contact=a+(2)").locator(".verdict").inner_text()


def test_other_rubrics_are_named(open_page, tmp_path):
    found = [
        card("a"),
        card("b", rubric="mine@2", criteria=(criterion("own.one", "met", 1.0, 1.0, 1), NOT_GREETED, CLEAN)),
    ]
    page = open_page(write_report(found, tmp_path / "r.html")).go()
    assert "mine@2" in page.locator(".note.warn").inner_text()
    page = open_page(tmp_path / "r.html").go("#contact=b")
    assert page.locator("article.score .name").first.inner_text() == "名 own.one"
