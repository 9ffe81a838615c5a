"""A report of realistic contacts, and the real browser that opens it."""

import os
import shutil
from pathlib import Path

import pytest

from autoscorer.report import write_report

from . import data

SHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, driven by Playwright; skipped where there is none, except in CI."""
    found = shutil.which("chromium")
    if found is None and not os.environ.get("AUTOSCORER_NEEDS_CHROMIUM"):
        pytest.skip("no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=found or "/usr/bin/chromium", args=ARGUMENTS)
        yield made
        made.close()


@pytest.fixture(scope="session")
def results():
    """Some contacts like those of a month."""
    return list(data.results(120))


@pytest.fixture(scope="session")
def reports(results, tmp_path_factory):
    """Their report as a page in both languages."""
    folder = tmp_path_factory.mktemp("reports")
    return {lang: write_report(results, folder / f"{lang}.html", lang=lang) for lang in ("zh", "en")}


class Page:
    """A page of the browser that has shown one address and may complain of nothing."""

    def __init__(self, browser, path, *, width=1280, height=900):
        self.complaints, self.asked = [], []
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.path, self.loaded = path, False

    def go(self, where=""):
        """Open an address of the report, and wait until it is drawn. Only the first time loads the file."""
        if self.loaded and where:
            self.page.evaluate(
                "where => { delete document.body.dataset.shown; location.hash = where }", where
            )
            self.page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
        else:
            self.page.goto("about:blank")
            self.page.goto(f"file://{self.path}{where}")
        self.loaded = True
        self.page.wait_for_selector("body[data-shown]")
        return self.page

    def wait(self, where):
        """Wait until another address of the same page is drawn."""
        self.page.wait_for_selector(f"body[data-shown^={where!r}]")

    def shot(self, name):
        """Keep a picture of the whole page, outside of git."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def overflow(self):
        """Pixels by which the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.fixture
def open_page(browser):
    """Opens reports; at the end the pages must have been quiet, and have asked nothing of the network."""
    pages = []

    def opened(path, **size):
        pages.append(Page(browser, path, **size))
        return pages[-1]

    yield opened
    for page in pages:
        page.page.close()
        assert page.complaints == []
        assert all(url.startswith(("file://", "about:")) for url in page.asked), page.asked
