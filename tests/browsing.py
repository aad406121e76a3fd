"""Databases and askers for tests of the browser face: real documents read, one of them with a doubt planted in it."""

import asyncio
import re
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from lxml import html

from explore.app import application
from explore.site import site_of
from nianbao.pipeline import read_reports
from normalize.model import Candidate, Finding, Severity, State, Verdict
from store import continuity
from tests.report_factory import facts, key, new_store
from tests.shared import made_once

REPORTS = Path(__file__).parent.parent / "fixtures" / "reports"
DOUBTFUL = "applications.granted.natural_person"
"""The cell of the doubtful report that was not read with certainty: 1408 in the document, and perhaps 1468."""
TOKEN = "a-token-for-tests"
STAMP = "2026-01-02T12:00:00+00:00"


def of_file(store, name, *, change=lambda report: report, run):
    """Load a fixture as the ingest would, each report changed by ``change``."""
    path = REPORTS / name
    content = path.read_bytes()
    about = replace(
        facts(name),
        sha256=sha256(content).hexdigest(),
        size=len(content),
        origin=str(path),
        pages=3 if name.endswith("pdf") else 0,
        media_type="application/pdf" if name.endswith("pdf") else "text/html",
        warnings=(),
    )
    with store.loading(run) as loader:
        loader.load(about, [change(report) for report in read_reports(content, name)])


def doubtful(report):
    """The report with one cell that its reader was not sure of."""
    wanted = key(DOUBTFUL)
    cells = tuple(c._replace(value=None, state=State.MISSING, confidence=0.5) if c.key == wanted else c for c in report.cells)
    right = next(c for c in report.cells if c.key == wanted)
    candidates = tuple(
        Candidate("2021", wanted, text, Decimal(text), cost, "reader", fits)
        for text, cost, fits in ((right.printed.replace("0", "6"), 0.0, False), (right.printed, 0.4, True))
    )
    said = f"read without certainty: {' or '.join(each.text for each in candidates)}; no rule speaks of it"
    doubt = Finding("cell.uncertain", Severity.DOUBT, said, (DOUBTFUL,), actual=candidates[0].text)
    return replace(report, cells=cells, candidates=candidates, findings=(*report.findings, doubt), verdict=Verdict.REVIEW)


def real_store(path):
    """Put five reports at a path: 宿迁 2023 and, with a doubt, 2024, 上海 2019, 洪泽 2024, and one that breaks its own rules."""
    path.write_bytes(made_once("real.sqlite", _read_reports).read_bytes())


def _read_reports(path):
    with new_store(path) as store:
        run = store.begin_run("4")
        for name in ("suqian-2023.pdf", "shanghai-office-2019.html", "yunxi-county-2015.html", "hongze-2024.pdf"):
            of_file(store, name, run=run)
        of_file(store, "suqian-2024.pdf", run=run, change=doubtful)
        store.finish_run(run, {})
        continuity.update(store, levels=False)


SUQIAN_2023, SHANGHAI, YUNXI, HONGZE, SUQIAN_2024 = range(1, 6)
"""Numbers of its reports."""


def page(answer):
    """The page that was answered, as a tree."""
    assert answer.status_code == 200, answer.text[-600:]
    return html.fromstring(answer.text)


def words_of(element):
    """The text of an element, its parts one space apart."""
    return " ".join(" ".join(element.itertext()).split())


class Browser:
    """Asks pages as a browser does: keeps cookies, and says where a form comes from."""

    def __init__(self, path, *, token=TOKEN, **options):
        self.path = path
        self.datasette = application(path, token=token, **options)
        self.site = site_of(self.datasette)
        self.cookies = {}

    def ask(self, method, address, **more):
        cookies = more.pop("cookies", self.cookies)
        answer = asyncio.run(self.datasette.client.request(method, address, cookies=cookies, **more))
        if cookies is self.cookies:
            self.cookies |= dict(answer.cookies.items())
        return answer

    def get(self, address, **more):
        return self.ask("GET", address, **more)

    def post(self, address, data, *, origin="http://localhost", csrf=True, **more):
        """Send a form that was got from ``/review/sign-in`` or the like."""
        if csrf:
            data = {**data, "csrftoken": self.token_of("/review/sign-in")}
        headers = {"origin": origin} if origin else {}
        return self.ask("POST", address, data=data, headers=headers | more.pop("headers", {}), **more)

    def token_of(self, address):
        return re.search(r'name="csrftoken" value="([^"]+)"', self.get(address).text)[1]

    def sign_in(self, person="李明", token=TOKEN):
        return self.post("/review/sign-in", {"token": token, "person": person})


def another(browser):
    """A second browser at the same server."""
    other = object.__new__(Browser)
    other.path, other.datasette, other.site, other.cookies = browser.path, browser.datasette, browser.site, {}
    return other
