"""Pages as a crawl brings them: seeds, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.fuzz import mutators
from benchmarks.fuzz.draws import Draws
from benchmarks.fuzz.invariants import check_text
from benchmarks.fuzz.target import ROOT, Broken, Raw

_PATHS = (
    "/zfxxgk/nb/",
    "/zfxxgk/nb/index.html",
    "/zfxxgk/nb/202401/t20240118_12.shtml",
    "/col/col1229/index.html",
    "/art/2024/1/18/art_1_2.html",
    "/module/xxgk/xxgkAnnualReport.jsp?area=1&fbtime=2020",
    "/gkmlpt/annualreport#2629",
    "/gkmlpt/api/all/2629?page=1&sid=7",
    "/gkmlpt/content/8/8766/post_8766914.html",
    "/XxgkAnnualReport/show/4309.html",
    "/XxgkAnnualReport/label?labelName=publicInfoList&pageIndex=2",
    "/public/25461/45854211.html",
    "/info/1001/2345.htm",
    "/xxgk.htm",
    "/gongkai/site_a/channel_b/doc_c.html",
    "/api-gateway/jpaas-publish-server/front/page/build/unit?paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A20%7D",
    "/a b/%E5%B9%B4?x=[1]#y",
)
_TYPES = (
    "text/html",
    "text/html; charset=gb18030",
    "application/json",
    "",
    "text/xml",
    "application/pdf",
    "text/html; charset=;",
)
_HOST = "http://www.example.gov.cn"


_ROW = '<li><a href="/nb/{0}.html" title="青禾市{0}年政府信息公开工作年度报告">青禾市{0}年政府...</a><span>2024-01-18</span></li>'
_BODIES = (
    """<html><head><title>政府信息公开年报</title></head><body><ul>ROWS</ul>
<script>createPageHTML(3, 0, 'index', 'shtml'); var countPage = 4;</script></body></html>""",
    """<datastore><nextgroup>1</nextgroup><totalrecord>90</totalrecord><recordset>
<record><![CDATA[ROWS]]></record></recordset></datastore>
<script>perPage=15; columnid:'7', unitid:'8'</script>""",
    """{"articles":[{"title":"青禾市2023年政府信息公开工作年度报告",
"url":"http://www.example.gov.cn/gkmlpt/content/1/2/post_3.html",
"date":1705550000}],"total":120,"classify":{"name":"年报"}}""",
    """<html><script>_CONFIG={SID:7,TREE:[{"id":2629,"name":"政府信息公开年报","children":[]}],
DETAIL:{"content":"<a href=1.pdf>年报.pdf</a>"}}</script></html>""",
    """<html><body><h1>青禾市2023年政府信息公开工作年度报告</h1><div class="TRS_Editor"><p>一、总体情况</p>
<img src="1.jpg" width="600" style="height:4px"><a href="./P020240118.pdf">附件</a>
<iframe src="/viewer?file=/a/b.pdf" height="9px"></iframe>
<embed src="x.ofd"></div>
<a href="?page=2">下一页</a></body></html>""",
    """<html><head><meta http-equiv="refresh" content="0;url=/"><base href="http://[::1/"></head>
<body><form>验证码<input></form></body></html>""",
    """<script>_simple_list_gotopage_fun(3,'u8_goto',2)</script><a href="http://www.example.gov.cn:99999/nb">2023年</a>
<a href="javascript:open('a.doc')">年报</a>""",
    """{"data":{"html":"<ul>ROWS</ul><input rows='20' count='90'>"}}""",
    """<script url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{'webId':'1','pageId':'2'}">
</script>ROWS""",
)


def sites() -> Iterator[bytes]:
    """Recorded and invented answers; the first three bytes choose address, type and what the source says."""
    recorded = ROOT / "tests" / "sites" / "recorded"
    for number, path in enumerate(sorted(path for path in recorded.rglob("*") if path.is_file())):
        content = path.read_bytes()
        if len(content) < 40_000:
            yield bytes([number % len(_PATHS), number % len(_TYPES), 0]) + content
    listing = "".join(_ROW.format(year) for year in range(2019, 2025))
    bodies = [body.replace("ROWS", listing) for body in _BODIES]
    for number in range(len(_PATHS)):
        for body in bodies[number % 3 :: 3]:
            yield bytes([number, number % len(_TYPES), number]) + body.encode()


def site_page(data: bytes, rng: Random, raw: Raw) -> bytes:
    """The page changed as markup; sometimes its address."""
    if len(data) < 4 or rng.random() < 0.05:
        return raw(data)
    head = raw(data[:3])[:3].ljust(3, b"\0") if rng.random() < 0.15 else data[:3]
    return head + mutators.markup(data[3:], rng, raw)


def judged(data: bytes) -> None:
    """A page as a crawl judges it: what it is, what it lists, what it leads to."""
    from collect.archive.model import Role  # noqa: PLC0415 - imported instrumented
    from collect.crawl.reading import read  # noqa: PLC0415
    from collect.crawl.task import Task  # noqa: PLC0415
    from collect.sites.families import FAMILIES  # noqa: PLC0415
    from collect.sites.load import is_allowed  # noqa: PLC0415
    from collect.sites.model import Page, Site  # noqa: PLC0415

    draws = Draws(data[:3])
    url = _HOST + draws.one_of(_PATHS)
    kind = draws.one_of(_TYPES)
    choice = draws.byte()
    names = ("", *(family.name for family in FAMILIES))
    site = Site(name="example", lists=(_HOST + _PATHS[choice % len(_PATHS)],), family=names[choice // 16 % len(names)])  # type: ignore[arg-type]
    page = Page(url, data[3:], kind)
    for role in (Role.LIST, Role.REPORT, Role.ATTACHMENT):
        reading = read(page, Task("example", role), site)
        check_text(reading.evidence)
        for follow in reading.follow:
            check_text((follow.ask.url, follow.ask.body, follow.title))
        listing = reading.listing
        for ask in listing.further if listing else ():
            check_text((ask.url, ask.body))
        for link in listing.reports if listing else ():
            check_text((link.url, link.text))
            if not is_allowed(link.url, site) and not link.url.startswith("http"):
                raise Broken("scheme", repr(link.url)[:300])
