"""A walk through the pages in Debian's Chromium: by mouse, by keyboard, on a telephone, in English; with axe-core looking on."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import text

from store.corrections import corrections
from store.open import open_store
from tests.browsing import TOKEN, real_store

if not os.environ.get("CI"):  # there its lack is a failure
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-default-apps"),
)
TOTAL = "2021:applications.new.total"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The command itself, on a port that it chooses."""
    path = tmp_path_factory.mktemp("walk") / "reports.sqlite"
    real_store(path)
    command = [sys.executable, "-m", "nianbao.cli", "browse", "--db", str(path), "--port", "0", "--token", TOKEN]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running:
        try:
            address = re.search(r"http://\S+", running.stdout.readline())[0]
            assert f"#token={TOKEN}" in running.stdout.readline()
            _wait(address)
            yield address.rstrip("/"), path
        finally:
            running.terminate()


def _wait(address):
    for _ in range(300):
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail("the server does not answer")


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        why = "chromium is not installed (Debian's package chromium)"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - missing, it fails here under CI

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(server, chromium):
    """Opens pages; afterwards nothing was complained of in a console, and no request has left the machine."""
    address, _ = server
    opened, complaints, strangers = [], [], []

    def open_page(**options):
        context = chromium.new_context(
            base_url=address, viewport=options.pop("viewport", {"width": 1280, "height": 900}), **options
        )
        context.set_default_timeout(20_000)

        def route(handler):
            if not handler.request.url.startswith((f"{address}/", "data:", "blob:")):
                strangers.append(handler.request.url)
                handler.abort()
            else:
                handler.continue_()

        context.route("**/*", route)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        opened.append(context)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert complaints == []
    assert strangers == []


def faults(page):
    """What axe-core finds serious or critical."""
    page.evaluate(AXE.read_text("utf-8"))  # not as a script of the page, whose policy forbids it
    found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    grave = [each for each in found if each["impact"] in {"serious", "critical"}]
    return [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in grave]


def drawn(page):
    page.wait_for_function("document.documentElement.dataset.charts === 'drawn'")


def test_from_search_to_a_number_on_its_page(visit):
    page = visit()
    page.goto("/")
    assert faults(page) == []
    search = page.get_by_role("combobox")
    search.fill("宿迁")
    page.get_by_role("option").first.wait_for()
    search.press("ArrowDown")
    assert search.get_attribute("aria-activedescendant") == "suggested-0"
    search.press("Enter")

    page.wait_for_url("**/agency/*")
    assert page.get_by_role("heading", level=1).inner_text() == "宿迁市人民政府"
    drawn(page)
    assert page.locator(".smalls canvas").count() > 3
    assert faults(page) == []
    page.locator(".table-of summary").click()
    assert page.locator(".table-of tbody tr").first.is_visible()

    page.locator("#peers + ul a").first.click()
    page.wait_for_url("**/compare?*")
    drawn(page)
    assert page.locator("#chart-lines canvas").is_visible()
    assert faults(page) == []
    with page.expect_download() as download:
        page.locator("[data-png=chart-lines]").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")

    page.locator("table.dense tbody a[href^='/report/']").first.click()
    page.wait_for_url("**/report/*")
    assert faults(page) == []
    page.locator(f".official a[data-cell='{TOTAL}']").click()
    box = page.locator("figure.crop rect.chosen")
    box.wait_for()
    assert page.locator("figure.crop image").evaluate("image => fetch(image.href.baseVal).then(answer => answer.status)") == 200
    figure, whole = page.locator("figure.crop svg").bounding_box(), box.bounding_box()
    assert figure["x"] < whole["x"] < figure["x"] + figure["width"]
    assert figure["y"] < whole["y"] < figure["y"] + figure["height"]
    assert (
        page.locator(".panel .figure").inner_text().replace("\u202f", "")
        == page.locator(f".official a[data-cell='{TOTAL}']").inner_text()
    )
    assert page.url.endswith(f"?cell={TOTAL.replace(':', '%3A')}")
    assert faults(page) == []


def test_by_keyboard_through_a_table(visit):
    page = visit()
    page.goto("/report/1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator(f".official a[data-cell='{TOTAL}']").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.cell") == "2021:applications.carried_in.other_org"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.locator("figure.crop rect.chosen").wait_for()


def test_review_by_keyboard(visit, server):
    _, path = server
    page = visit()
    page.goto(f"/review/sign-in#token={TOKEN}")
    assert page.locator("#token").input_value() == TOKEN
    assert TOKEN not in page.url
    page.keyboard.type("李明")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    assert faults(page) == []
    page.locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    page.locator("figure.crop rect.chosen").wait_for()
    assert faults(page) == []
    page.wait_for_load_state()
    page.keyboard.press("e")
    page.keyboard.type("1468")
    page.keyboard.press("Enter")  # what the reader took it for first
    page.wait_for_url(re.compile("done=1"))
    assert page.locator(".verdict.inconsistent").is_visible()
    page.locator(".cells a").first.focus()
    page.keyboard.press("Enter")
    page.locator("ol.rows").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("2")  # the second reading, which the sums confirm
    page.wait_for_url(re.compile("done=1"))
    assert page.locator(".verdict.verified").is_visible()
    with open_store(path) as store, store.reading() as connection:
        assert [(row["person"], int(row["value"])) for row in corrections(store)] == [("李明", 1408), ("李明", 1468)]
        assert connection.scalar(text("SELECT applications__granted__natural_person FROM form_2021 WHERE report_id = 5")) == 1408


@pytest.mark.parametrize(
    ("scheme", "addresses"),
    [
        ("light", ("/", "/agency?name=云溪县人民政府", "/compare?metric=received&name=宿迁市人民政府", "/review/5")),
        ("dark", ("/agency?name=云溪县人民政府", "/report/3")),
    ],
)
def test_on_a_telephone(visit, scheme, addresses):
    page = visit(viewport={"width": 360, "height": 700}, color_scheme=scheme)
    for address in addresses:
        page.goto(address)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, address
        assert faults(page) == [], address
    page.goto("/report/1")
    page.locator(f".official a[data-cell='{TOTAL}']").click()
    panel = page.locator(".panel.open")
    panel.wait_for()
    assert panel.bounding_box()["y"] > 200  # over the lower part of the screen; the table stays in view


def test_the_language_is_switched(visit):
    page = visit()
    page.goto("/report/3")
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator(".verdict").first.inner_text() == "Inconsistent"
    assert faults(page) == []
    page.goto("/")
    assert page.get_by_role("heading", level=1).inner_text() == "China's open-government annual reports"
    page.get_by_role("link", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_without_script_everything_is_there(visit):
    page = visit(java_script_enabled=False)
    page.goto("/")
    page.locator("#agency").fill("宿迁")
    page.locator(".search button").click()
    page.locator("tbody a").first.click()
    page.locator(".strip a").first.click()
    page.locator(f".official a[data-cell='{TOTAL}']").click()
    assert page.locator("figure.crop rect.chosen").is_visible()
