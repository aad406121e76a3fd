"""A newer database takes the place of the one that is shown: seen by the next question, and no question is lost."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from explore.site import file_id
from store.open import open_store
from store.schema import report
from tests.browsing import DOUBTFUL, SUQIAN_2024, Browser, page, real_store, words_of

NAMES = ("宿迁市人民政府", "河西市人民政府")


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    """Two databases that differ in one agency's printed name, wherever it stands."""
    folder = tmp_path_factory.mktemp("editions")
    real_store(folder / "one.sqlite")
    shutil.copy(folder / "one.sqlite", folder / "two.sqlite")
    with open_store(folder / "two.sqlite", create=False) as store, store.writing() as connection:
        title = {"title": "河西市人民政府2024年政府信息公开工作年度报告"}
        connection.execute(update(report).where(report.c.agency == NAMES[0]).values(agency=NAMES[1], **title))
    return folder / "one.sqlite", folder / "two.sqlite"


@pytest.fixture
def swapped(editions, tmp_path):
    """A browser, and what puts an edition in the place of its database as the night does."""
    path = tmp_path / "reports.sqlite"
    shutil.copy(editions[0], path)

    def swap(edition):
        aside = tmp_path / ".reports.sqlite.candidate"
        shutil.copy(edition, aside)
        aside.replace(path)

    return Browser(path), swap


def test_the_next_question_is_answered_from_the_new_file(swapped, editions):
    browser, swap = swapped
    address = f"/report/{SUQIAN_2024}"
    data = "/reports/report.json?_shape=array&_col=agency&id=5"
    assert NAMES[0] in words_of(page(browser.get(address)))
    assert browser.get(data).json()[0]["agency"] == NAMES[0]
    swap(editions[1])
    assert NAMES[1] in words_of(page(browser.get(address)))
    assert browser.get(data).json()[0]["agency"] == NAMES[1]
    swap(editions[0])
    assert browser.get(data).json()[0]["agency"] == NAMES[0]


def test_no_question_is_lost_and_none_is_answered_from_both(swapped, editions):
    browser, swap = swapped
    over = threading.Event()

    def ask(address):
        found = []
        while not over.is_set() or len(found) < 3:
            answer = browser.get(address)
            assert answer.status_code == 200, answer.text[-300:]
            found.append(named(answer))
        return found

    def named(answer):
        """The agency, as each part of the answer names it."""
        if "json" in answer.headers["content-type"]:
            return {answer.json()[0]["agency"]}
        shown = page(answer)
        return {words_of(shown.xpath("//p[@class='crumbs']/a")[0]), words_of(shown.xpath("//h1")[0]).split("2024")[0]}

    addresses = (f"/report/{SUQIAN_2024}", f"/report/{SUQIAN_2024}", "/reports/report.json?_shape=array&id=5")
    with ThreadPoolExecutor(len(addresses)) as askers:
        asked = [askers.submit(ask, address) for address in addresses]
        for number in range(6):
            swap(editions[(number + 1) % 2])
            browser.get("/-/nianbao/static/nianbao.css")
        over.set()
        answers = [each for future in asked for each in future.result()]
    assert len(answers) >= 9
    assert {len(names) for names in answers} == {1}
    assert set().union(*answers) <= set(NAMES)


def test_what_cannot_be_opened_is_not_taken(swapped, editions, tmp_path, caplog):
    browser, swap = swapped
    page(browser.get("/"))
    (tmp_path / "nothing.sqlite").write_text("no database at all, but long enough to look at" * 100)
    site = browser.site
    swap(tmp_path / "nothing.sqlite")
    browser.get("/")
    assert "is not opened" in caplog.text
    assert site.is_swapped
    swap(editions[1])
    assert NAMES[1] in words_of(page(browser.get(f"/report/{SUQIAN_2024}")))


def test_a_file_that_is_gone_for_a_moment_is_no_swap(swapped, tmp_path):
    browser, _ = swapped
    page(browser.get(f"/report/{SUQIAN_2024}"))
    (tmp_path / "reports.sqlite").rename(tmp_path / "elsewhere.sqlite")
    assert file_id(tmp_path / "reports.sqlite") is None
    assert not browser.site.is_swapped
    (tmp_path / "elsewhere.sqlite").rename(tmp_path / "reports.sqlite")
    page(browser.get(f"/report/{SUQIAN_2024}"))


def test_a_decision_on_a_report_whose_number_another_one_has_now_is_refused(swapped, editions, tmp_path):
    browser, swap = swapped
    browser.sign_in()
    form = page(browser.get(f"/review/{SUQIAN_2024}?cell=2021:{DOUBTFUL}"))
    (document,) = form.xpath("//input[@name='document']/@value")
    shutil.copy(editions[0], tmp_path / "other.sqlite")
    with open_store(tmp_path / "other.sqlite", create=False) as store, store.writing() as connection:
        connection.execute(update(report).where(report.c.id == SUQIAN_2024).values(document_id=2, ordinal=9))
    swap(tmp_path / "other.sqlite")
    decision = {"cell": f"2021:{DOUBTFUL}", "choice": "typed", "value": "1408", "base": "", "document": document}
    answer = browser.post(f"/review/{SUQIAN_2024}", decision)
    assert answer.status_code == 400
    assert "另一份报告" in answer.text
