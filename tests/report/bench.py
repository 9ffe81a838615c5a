"""Size and speed of a report of many contacts, in real Chromium.

usage: python -m tests.report.bench [COUNT] [RESULTS.jsonl]   (default: 5000 contacts made by tests/report/data.py)

Prints the size of the file, the time until the first view is drawn, and the slowest of several filters. The limits
are those of the project: 25 MB, 2 s, 200 ms for 5,000 contacts.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import autoscorer as asr
from autoscorer.report import write_report

from . import data
from .conftest import ARGUMENTS

FILTERS = [
    "q=退款",
    "q=发票 抬头",
    "q=1",
    "agent=2003 吴刚",
    "passed=0",
    "urgent=1",
    "team=华南二组&review=1",
    "from=2024-06-10&to=2024-08-01",
    "sort=-total",
    "sort=need",
    "sort=agent&q=a",
]
FIRST_VIEW = """() => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return [performance.getEntriesByName("drawn")[0].startTime, paint ? paint.startTime : null];
}"""


def main(count: int = 5000, path: str | None = None) -> None:
    """Make the report, open it, and print what was measured."""
    results = asr.load_results(path) if path else data.results(count)
    with tempfile.TemporaryDirectory() as folder:
        if not path:
            path = str(asr.write(results, Path(folder) / "r.jsonl")[0])
            print(f"made {count} results, {Path(path).stat().st_size / 1e6:.1f} MB")
        began = time.monotonic()
        page = write_report(asr.load_results(path), Path(folder) / "r.html")
        print(f"report made in {time.monotonic() - began:.1f} s")
        print(f"file {page.stat().st_size / 1e6:.1f} MB (limit 25)")
        measure(page)


def measure(path: Path) -> None:
    """Open the report cold, then filter its list."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"file://{path}", wait_until="commit")
        page.wait_for_selector("#chart-grades svg")
        page.wait_for_load_state("load")
        drawn, paint = page.evaluate(FIRST_VIEW)
        print(f"first view: painted {paint:.0f} ms, charts drawn {drawn:.0f} ms (limit 2000)")
        page.evaluate("location.hash = '#contacts'")
        page.wait_for_selector("table.list tbody tr")
        page.evaluate("() => Store.texts()")
        took = {what: page.evaluate(FILTER, what) for what in FILTERS}
        slowest = max(took, key=lambda what: took[what][0])
        for what, (milliseconds, shown) in took.items():
            print(f"  {what}: {milliseconds:.0f} ms, {shown}")
        print(f"slowest filter: {slowest}, {took[slowest][0]:.0f} ms (limit 200)")
        browser.close()


FILTER = """async (what) => {
    const wanted = new URLSearchParams(what);
    const began = performance.now();
    for (const key of Object.keys(List.state)) List.state[key] = wanted.get(key) ?? "";
    List.apply();
    document.body.offsetHeight;
    return [performance.now() - began, List.count.textContent];
}"""

if __name__ == "__main__":
    main(*(int(a) if a.isdigit() else a for a in sys.argv[1:]))
