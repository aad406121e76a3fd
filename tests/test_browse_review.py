"""Review in the browser face: who may write and who may not, and that nothing is lost."""

import pytest
from lxml import html

from collect.errors import StoreError
from store.corrections import corrections
from store.open import open_store
from tests.browsing import (
    DOUBTFUL,
    SUQIAN_2024,
    TOKEN,
    Browser,
    another,
    page,
    real_store,
    words_of,
)


@pytest.fixture
def fresh(tmp_path):
    """A browser at a database that may be written."""
    path = tmp_path / "reports.sqlite"
    real_store(path)
    return Browser(path)


def test_the_queue_and_a_question(fresh):
    rows = page(fresh.get("/review")).cssselect("tbody tr")
    assert [words_of(row) for row in rows] == ["宿迁市人民政府 2024 1 2021"]
    found = page(fresh.get(f"/review/{SUQIAN_2024}"))
    assert found.cssselect("figure.crop rect.chosen")
    assert [button.get("value") for button in found.cssselect(".choices button")] == ["=1468", "=1408", "blank"]
    assert found.cssselect("fieldset[disabled]"), "nobody is signed in"


DECIDE = {"cell": f"2021:{DOUBTFUL}", "base": "", "choice": "=1408", "reason": "看原件"}


def test_a_decision_changes_the_report_and_is_kept(fresh):
    assert fresh.sign_in().status_code == 302
    answer = fresh.post(f"/review/{SUQIAN_2024}", DECIDE)
    assert answer.headers["location"] == f"/review/{SUQIAN_2024}?done=1"
    found = page(fresh.get(f"/report/{SUQIAN_2024}"))
    assert found.cssselect(".verdict.verified")
    [changed] = found.cssselect("td.cell.corrected")
    assert words_of(changed) == "1408 更正"
    assert page(fresh.get("/review")).cssselect("p.ok")
    made = page(fresh.get(f"/review/{SUQIAN_2024}?cell=2021:{DOUBTFUL}"))
    assert "李明" in words_of(made.cssselect("ol.rows")[0])
    with open_store(fresh.path) as store:
        [row] = corrections(store)
    assert (row["person"], row["reason"], row["value"], row["old_value"], row["old_state"]) == (
        "李明",
        "看原件",
        1408,
        None,
        "missing",
    )


@pytest.mark.parametrize(
    ("form", "value", "status"),
    [
        ({"choice": "typed", "value": " 1,408 "}, 1408, 302),
        ({"choice": "blank"}, None, 302),
        ({"choice": "typed", "value": ""}, None, 400),
        ({"choice": "typed", "value": "many"}, None, 400),
        ({"choice": "typed", "value": "1408(2)"}, None, 400),
        ({"choice": "=1468", "cell": "2021:nothing.here.total"}, None, 400),
    ],
)
def test_what_may_be_decided(fresh, form, value, status):
    fresh.sign_in()
    answer = fresh.post(f"/review/{SUQIAN_2024}", DECIDE | form)
    assert answer.status_code == status
    with open_store(fresh.path) as store:
        assert [row["value"] for row in corrections(store)] == ([value] if status == 302 else [])


def test_two_browsers_reviewing_at_once_lose_nothing(fresh):
    other = another(fresh)
    fresh.sign_in("李明")
    other.sign_in("王芳")
    fresh.post(f"/review/{SUQIAN_2024}", DECIDE)
    answer = other.post(f"/review/{SUQIAN_2024}", DECIDE | {"choice": "typed", "value": "1468", "reason": "看着像 6"})
    assert answer.status_code == 409
    found = html.fromstring(answer.text)
    assert "李明" in words_of(found.cssselect(".notice")[0])
    assert found.cssselect("#value")[0].get("value") == "1468"
    assert found.cssselect("#reason")[0].get("value") == "看着像 6"
    base = found.cssselect("[name=base]")[0].get("value")
    assert other.post(f"/review/{SUQIAN_2024}", DECIDE | {"choice": "typed", "value": "1408", "base": base}).status_code == 302
    with open_store(fresh.path) as store:
        assert [(row["person"], int(row["value"])) for row in corrections(store)] == [("王芳", 1408), ("李明", 1408)]


def refused(fresh, answer, status=403):
    assert answer.status_code == status
    with open_store(fresh.path) as store:
        assert corrections(store) == ()


def test_nobody_writes_without_the_token(fresh):
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE))
    assert fresh.sign_in(token="wrong-token").status_code == 403
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE))
    fresh.cookies["nianbao_reviewer"] = "eyJwZXJzb24iOiJtZSJ9.forged"
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE))


def test_nobody_writes_to_a_server_that_was_started_read_only(fresh):
    closed = Browser(fresh.path, token=None)
    assert not html.fromstring(closed.get("/review/sign-in").text).cssselect("form.stack")
    closed.cookies = {}
    for token in ("", "None", TOKEN):
        answer = closed.ask(
            "POST", "/review/sign-in", data={"token": token, "person": "x"}, headers={"origin": "http://localhost"}
        )
        assert answer.status_code == 403


def test_a_cookie_of_another_token_is_worthless(fresh):
    fresh.sign_in()
    later = Browser(fresh.path, token="another-token-later")
    later.cookies = dict(fresh.cookies)
    refused(fresh, later.post(f"/review/{SUQIAN_2024}", DECIDE))


def test_nobody_writes_without_the_csrf_token(fresh):
    fresh.sign_in()
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE, csrf=False))
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE | {"csrftoken": "x"}, csrf=False))


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("http://evil.example", {}),
        ("null", {}),
        (None, {}),
        ("http://localhost", {"sec-fetch-site": "cross-site"}),
        ("http://localhost:81", {"sec-fetch-site": "same-site"}),
    ],
)
def test_no_other_site_writes(fresh, origin, headers):
    fresh.sign_in()
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE, origin=origin, headers=headers))


def test_a_get_never_writes(fresh):
    fresh.sign_in()
    fresh.get(f"/review/{SUQIAN_2024}", params=DECIDE)
    refused(fresh, fresh.get("/review/sign-out"))


def test_signing_out(fresh):
    fresh.sign_in()
    assert "李明" in fresh.get("/review").text
    fresh.post("/review/sign-out", {})
    fresh.cookies.pop("nianbao_reviewer", None)
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE))


def test_a_file_that_cannot_be_written_is_said_to_be_so(fresh, monkeypatch):
    fresh.sign_in()

    def locked(*_args, **_more):
        raise StoreError("The database said: attempt to write a readonly database.")

    monkeypatch.setattr("explore.review.decide", locked)
    answer = fresh.post(f"/review/{SUQIAN_2024}", DECIDE)
    assert answer.status_code == 503
    assert "readonly" in answer.text
