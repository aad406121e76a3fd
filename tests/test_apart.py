"""Documents are read and drawn again for the browser face in a process of their own: what hangs, crashes or eats costs itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nianbao.apart import Apart
from tests import jobs
from tests.browsing import SHANGHAI, SUQIAN_2024, Browser, page, real_store, words_of

WEB_PAGE = f"/report/{SHANGHAI}?cell=2019:applications.new.total"
PDF = f"/report/{SUQIAN_2024}?cell=2021:applications.new.total"


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    made = Apart(time_limit=30)
    yield made
    made.close()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("apart") / "reports.sqlite"
    real_store(path)
    return path


def test_it_is_another_process_with_a_limit_of_memory(apart: Apart) -> None:
    (number,) = apart(jobs.identify) or [0]
    assert number not in {0, os.getpid()}
    assert (apart(jobs.address_space) or 0) > 0


@pytest.mark.parametrize("job", [jobs.die, jobs.eat, lambda: None], ids=["dies", "eats", "cannot be sent"])
def test_what_goes_wrong_there_gives_nothing(apart: Apart, job: Callable[..., object]) -> None:
    assert apart(job) is None
    assert apart(jobs.identify)


def test_what_hangs_is_killed_and_the_next_goes_on() -> None:
    apart = Apart(time_limit=30)
    (before,) = apart(jobs.identify) or [0]
    apart._time_limit = 0.3
    assert apart(jobs.spin) is None
    apart._time_limit = 30
    (after,) = apart(jobs.identify) or [0]
    assert after not in {0, before}
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    apart.close()


def test_pages_are_the_same_whoever_reads(apart: Apart, database: Path) -> None:
    near, far = Browser(database), Browser(database, apart=apart)
    for address in (WEB_PAGE, PDF):
        panels = [words_of(page(each.get(address)).cssselect("aside.panel")[0]) for each in (near, far)]
        assert panels[0] == panels[1]
    [here] = page(far.get(WEB_PAGE)).cssselect(".excerpt td.here")
    assert here.text == "859"
    picture = f"/report/{SUQIAN_2024}/page/1.png"
    assert far.get(picture).content == near.get(picture).content


@pytest.mark.parametrize("address", [WEB_PAGE, PDF])
def test_a_document_that_hangs_leaves_a_page_that_says_so(database: Path, address: str) -> None:
    asked: list[object] = []
    hanging = Apart(time_limit=30)
    hanging(jobs.identify)
    hanging._time_limit = 0.3

    def read(function: Callable[..., Any], *args: object) -> Any:
        asked.append(function)
        return hanging(jobs.spin, *args)

    browser = Browser(database, apart=read)
    for _ in range(2):
        panel = page(browser.get(address)).cssselect("aside.panel")[0]
        assert "没有能在限定的时间和内存内重新读出" in words_of(panel)
        assert not panel.cssselect("image, .excerpt")
    assert len(asked) == 1, "a document that hung is not tried by every visitor"
    hanging.close()
