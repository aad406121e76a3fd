"""Every recorded site: what its pages list and lead to, offline. ``tests/sites/recorded/README.md`` says how to add one."""

import json
import tomllib
from pathlib import Path

import pytest

from collect.sites.families import family_of
from collect.sites.load import load_sites
from collect.sites.model import Ask, Page
from collect.sites.trouble import trouble_of
from collect.sites.walk import Walk

RECORDED = Path(__file__).parent / "sites" / "recorded"
FOLDERS = sorted(path for path in RECORDED.iterdir() if path.is_dir())


def answers(folder):
    found = {}
    for each in tomllib.loads((folder / "pages.toml").read_text("utf-8"))["page"]:
        body = (folder / each["file"]).read_bytes()
        page = Page(each["url"], body, each.get("content_type", "text/html"), each.get("status", 200))
        found[each["url"], each.get("form", "")] = page
    return found


def found_on(folder, alone):
    """What a walk over the recorded pages finds. ``alone`` is an empty folder: a source's table lies by itself."""
    (alone / "source.toml").write_bytes((folder / "source.toml").read_bytes())
    (site,) = load_sites(alone)
    pages, walk = answers(folder), Walk(site)
    lines, beyond, troubles = [], [], []
    asks = list(walk.take(Ask(url) for url in site.lists))
    while asks:
        ask = asks.pop(0)
        page = pages.get((ask.url, ask.body))
        if page is None:
            beyond.append(ask.url)
            continue
        if trouble := trouble_of(page):
            troubles.append(f"{page.url} {trouble.kind}")
            continue
        links, further = walk.heard(family_of(page, site).listing(page, site))
        asks += further
        for link in links:
            lines.append({"url": link.url, "year": link.year or 0, "text": link.text, "doubtful": link.doubtful})
            report = pages.get((link.url, ""))
            if report is not None:
                detail = family_of(report, site).detail(report, site)
                assert detail.listing is None, f"{link.url} turned out to be a list: record it as one"
                lines[-1]["parts"] = [part.url for part in (*detail.attachments, *detail.images)]
    return {"report": lines, "beyond": beyond, "trouble": troubles}


def quote(text):
    return json.dumps(text, ensure_ascii=False)


def listed(items):
    return f"[{', '.join(map(quote, items))}]"


def as_toml(found):
    blocks = [f"beyond = {listed(found['beyond'])}\ntrouble = {listed(found['trouble'])}\n"]
    for each in found["report"]:
        parts = f"parts = {listed(each['parts'])}\n" if "parts" in each else ""
        blocks.append(
            f"[[report]]\nurl = {quote(each['url'])}\nyear = {each['year']}\ntext = {quote(each['text'])}\n"
            f"doubtful = {str(each['doubtful']).lower()}\n{parts}"
        )
    return "\n".join(blocks)


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_recorded_site(folder, tmp_path):
    found = found_on(folder, tmp_path)
    expected = folder / "expected.toml"
    if not expected.exists():
        expected.write_text(as_toml(found), "utf-8")
        pytest.fail(f"{expected} was missing. It now holds what was found: read it, correct the source or the family, run again.")
    wanted = {"report": [], **tomllib.loads(expected.read_text("utf-8"))}
    assert found == wanted


def test_there_are_some():
    assert len(FOLDERS) >= 2
