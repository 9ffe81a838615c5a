"""Draws docs/report.png, the picture of the report in the README, in real Chromium.

usage: python docs/report_picture.py    (needs chromium, the dev extra and a CJK font)
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from autoscorer.report import write_report  # noqa: E402
from tests.report import data  # noqa: E402
from tests.report.conftest import ARGUMENTS  # noqa: E402

PICTURE = ROOT / "docs" / "report.png"
LARGEST = 300_000


def main() -> None:
    """Draw the top of the overview of contacts that were made up."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        path = write_report(data.results(600), Path(folder) / "report.html")
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1120})
        page.goto(f"file://{path}")
        page.wait_for_selector("body[data-shown]")
        page.wait_for_timeout(500)
        picture = page.screenshot()
        browser.close()
    if len(picture) > LARGEST:
        sys.exit(f"the picture has {len(picture)} bytes, more than {LARGEST}; show less of the page")
    PICTURE.write_bytes(picture)


if __name__ == "__main__":
    main()
