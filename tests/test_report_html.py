"""The HTML report in a real browser: it opens, filters, and shows a failing cell's bytes, without a network.

The report is that of the deliberately bad target. Chromium is asked for the page's DOM; for clicks and keys
chromedriver is spoken to directly (W3C WebDriver is JSON over HTTP).
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("DSP_BUILD", TOP / "build" / "dev"))
SUITE = BUILD / "conformance" / "socket-proxy-conformance"
BAD_TARGET = BUILD / "tests" / "conformance" / "bad-target"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
CELL = "access/IMAGES/ImageCreate"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.skipif(not (SUITE.exists() and BAD_TARGET.exists()), reason=f"the suite is not built in {BUILD}"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Two targets side by side under IMAGES alone: one forwards everything, one denies everything."""
    folder = tmp_path_factory.mktemp("report")
    targets = []
    for mode in ("forwards-all", "denies-all"):
        file = folder / f"{mode}.json"
        file.write_text(json.dumps({"name": mode, "command": [str(BAD_TARGET), mode]}))
        targets += ["--target", str(file)]
    done = subprocess.run([SUITE, "run", *targets, "--id", "access/on.IMAGES.post0/Image", "--html", folder / "r.html"],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return folder / "r.html"


class Page(HTMLParser):
    """What of a dumped DOM can be seen: hidden elements and everything in them are left out."""

    VOID = {"meta", "link", "input", "br", "img"}

    def __init__(self, html):
        super().__init__()
        self.open, self.rows, self.states, self.texts, self.ready = [], [], {}, {}, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ready |= attrs.get("data-ready") == "true"
        hidden = "hidden" in attrs or tag in ("script", "style") or bool(self.open and self.open[-1][1])
        if not hidden and "data-operation" in attrs:
            self.rows.append(attrs["data-operation"])
        if not hidden and "data-at" in attrs:
            self.states[attrs["data-at"], attrs["data-target"]] = attrs["class"].split()
        if tag not in self.VOID:
            self.open.append((tag, hidden, attrs.get("id")))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.open and not self.open[-1][1]:
            for _, _, name in self.open:
                if name:
                    self.texts[name] = self.texts.get(name, "") + data


def opened(report, tmp_path, **fragment):
    url = report.as_uri() + "#" + urllib.parse.urlencode(fragment)
    done = subprocess.run([CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path}/profile", "--dump-dom", url],
                          capture_output=True, text=True, timeout=120, check=True)
    page = Page(done.stdout)
    assert page.ready, "the page's script did not run to its end"
    return page


def test_opens_with_every_cell(report, tmp_path):
    page = opened(report, tmp_path)
    assert "ImageList" in page.rows and "ImageCreate" in page.rows
    assert "required" in page.states[CELL, "0"]  # forwards-all: POST is not granted
    assert "required" in page.states["access/IMAGES/ImageList", "1"]  # denies-all: IMAGES is
    assert "denies" in page.states["access/IMAGES/ImageBuild", "1"]  # BUILD is not
    assert "forwards-all: deviates" in page.texts["cards"]
    assert "detail" not in page.texts


def test_filters_by_word_and_status(report, tmp_path):
    assert opened(report, tmp_path, filter="imagecreate").rows == ["ImageCreate"]
    assert opened(report, tmp_path, filter="/images/json images").rows == ["ImageList"]
    assert opened(report, tmp_path, status="hardening").rows == []
    assert "ImageList" in opened(report, tmp_path, status="required").rows


def test_shows_a_failing_cells_bytes(report, tmp_path):
    text = opened(report, tmp_path, show=CELL, target="forwards-all").texts["detail"]
    assert "must not forward POST /images/create" in text
    assert "status 403, and nothing at the daemon" in text
    assert "status 200, the daemon saw it" in text
    # Client's side and daemon's side.
    assert text.count(r"POST /images/create HTTP/1.1\r\n") == 2
    assert r"HTTP/1.1 200 OK\r\n" in text


def test_needs_no_network(report):
    page = report.read_text()
    assert not re.search(r"""(src|href)\s*=\s*["'](?!data:)""", page)
    assert "default-src 'none'" in page


class Browser:
    """As much of WebDriver as is needed."""

    def __init__(self, port, profile):
        self.base = f"http://127.0.0.1:{port}"
        options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        capabilities = {"alwaysMatch": {"goog:chromeOptions": options}}
        self.base += "/session/" + self.ask("/session", capabilities=capabilities)["sessionId"]

    def ask(self, path, method="POST", **body):
        request = urllib.request.Request(self.base + path, method=method, headers={"Content-Type": "application/json"},
                                         data=json.dumps(body).encode() if method == "POST" else None)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def run(self, script, *args):
        return self.ask("/execute/sync", script=script, args=list(args))

    def click(self, selector):
        element = self.ask("/element", using="css selector", value=selector)
        self.ask(f"/element/{next(iter(element.values()))}/click")

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("/actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])


@pytest.fixture
def browser(tmp_path):
    if CHROMEDRIVER is None:
        pytest.skip("chromedriver is not installed")
    driver = subprocess.Popen([CHROMEDRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = next(found[1] for line in driver.stdout if (found := re.search(r"successfully on port (\d+)", line)))
        session = Browser(port, tmp_path / "profile")
        try:
            yield session
        finally:
            with contextlib.suppress(OSError):
                session.ask("", "DELETE")
    finally:
        driver.terminate()
        driver.wait(20)
        driver.stdout.close()


def test_mouse_and_keyboard(report, browser):
    browser.ask("/url", url=report.as_uri())
    browser.click(f'button[data-at="{CELL}"][data-target="0"]')
    assert "must not forward POST /images/create" in browser.run("return document.getElementById('detail').innerText")
    assert "show=access%2FIMAGES%2FImageCreate" in browser.run("return location.hash")
    browser.press("\ue00c")  # Escape
    assert browser.run("return document.getElementById('detail').hidden")
    assert browser.run("return document.activeElement.dataset.at") == CELL
    browser.press("\ue014", "\ue007")  # right arrow: the other target's cell; Enter
    assert "denies-all" in browser.run("return document.getElementById('detail').innerText")
    browser.press("\ue00c", "\ue015")  # Escape, down arrow: the next operation
    assert browser.run("return document.activeElement.dataset.at") not in (None, CELL)
    browser.run("const box = document.getElementById('filter'); box.value = 'imagelist'; box.dispatchEvent(new Event('input'))")
    assert browser.run("return [...document.querySelectorAll('#matrix tr[data-operation]')].filter((row) => row.offsetParent)"
                       ".map((row) => row.dataset.operation)") == ["ImageList"]
