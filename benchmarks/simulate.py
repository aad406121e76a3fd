"""Reports that no agency wrote: as many as wanted, as real ones are distributed, the same for the same seed.

For measuring the database. Agencies of four levels report for 2013 to 2025 on the form of the year. Assumed, after what
real reports look like: seven of ten townships and half of the county offices received no application at all, the others'
numbers are spread lognormally; the sums hold but for 6 % of reports with applications; 4 % leave cells blank (most often
a row of disputes, one in eight a whole table); 2 % are for review with cells missing; 1 % of documents give no report;
one in 200 has a later edition. Places: 45 % lines of HTML, 40 % ruled tables, 15 % boxes of bare text.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from hashlib import sha256

from collect.errors import NotAReportError, UnreadableError
from extract.model import Box, Locus
from normalize.authority.model import Agency, Resolution
from normalize.forms import forms
from normalize.gazetteer import Level
from normalize.model import (
    Cell,
    CellKey,
    Finding,
    Identity,
    Mention,
    Report,
    RuleCheck,
    Section,
    Severity,
    State,
    Tally,
    Verdict,
)
from store.documents import DocumentFacts

YEARS = range(2013, 2026)
PROVINCES = tuple(
    """
    北京市 天津市 河北省 山西省 内蒙古自治区 辽宁省 吉林省 黑龙江省 上海市 江苏省 浙江省 安徽省 福建省 江西省
    山东省 河南省 湖北省 湖南省 广东省 广西壮族自治区 海南省 重庆市 四川省 贵州省 云南省 西藏自治区 陕西省 甘肃省
    青海省 宁夏回族自治区 新疆维吾尔自治区
    """.split()  # noqa: SIM905 - a word list is easier to read as one
)
BODIES = tuple(
    """
    人民政府 人民政府办公室 发展和改革委员会 教育局 科学技术局 工业和信息化局 民族宗教事务局 公安局 民政局 司法局
    财政局 人力资源和社会保障局 自然资源和规划局 生态环境局 住房和城乡建设局 交通运输局 水利局 农业农村局 商务局
    文化广电和旅游局 卫生健康委员会 退役军人事务局 应急管理局 审计局 市场监督管理局 统计局 医疗保障局 信访局
    行政审批局 城市管理局 乡村振兴局 林业局 税务局 气象局 消防救援大队 住房公积金管理中心
    """.split()  # noqa: SIM905 - a word list is easier to read as one
)
_FIRST = "安宝长昌大东丰福高广海和华惠吉嘉建江金京景乐龙隆明南宁平浦清泉荣瑞三山胜石双顺太通万文武西新兴阳永玉源云泽镇志"
_SECOND = "安昌城川德定东丰陵港光海河湖化江津康口林岭陆宁平浦桥清泉山水塘田亭通潭头屯湾溪县阳义邑源原泽洲竹"
_APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org")
_SHARES = (0.82, 0.1, 0.01, 0.01, 0.04, 0.02)
_RESULTS = (
    ("granted", 0.5),
    ("unavailable.not_held", 0.2),
    ("partial", 0.1),
    ("not_processed.repeat", 0.06),
    ("refused.law", 0.05),
)

Case = tuple[DocumentFacts, tuple[Report, ...] | UnreadableError | NotAReportError]


@dataclass(frozen=True, slots=True)
class _Agency:
    name: str
    folder: str
    site: str
    size: float
    """Mean logarithm of what it receives; negative is next to nothing."""


def simulate(count: int, *, seed: int = 1, prose: bool = False, agencies: bool = False) -> Iterator[Case]:
    """``count`` documents: facts, and one report or the error why there is none. By agency and year.

    With ``agencies`` the reports' agencies are decided, and half of the pages state when they were published.
    """
    made = 0
    for agency in _agencies():
        chance = random.Random(f"{seed} {agency.name}")
        for year in YEARS:
            if chance.random() > 0.92:  # not published, or not found
                continue
            for edition in range(1 + (chance.random() < 0.005)):
                facts, read = _case(agency, year, edition, chance, prose=prose)
                yield facts, tuple(_placed(each, agency, year) for each in read) if agencies and isinstance(read, tuple) else read
                made += 1
                if made == count:
                    return


def agency_names() -> Iterator[str]:
    """The agencies in the order in which ``simulate`` makes their reports."""
    return (agency.name for agency in _agencies())


def _agencies() -> Iterator[_Agency]:
    """133,000 of them, county by county, so that any number of reports has agencies of every level."""
    names = _place_names()
    for number in range(len(_FIRST) * len(_SECOND)):
        province, city = PROVINCES[number % 31], f"{_SECOND[number // 8 % len(_SECOND)]}{_FIRST[number % 341 // 7]}市"
        county = next(names)
        folder, site = f"{province}/{city}/{county}", f"https://www.x{number:04}.gov.cn/zwgk/xxgknb"
        if number % 92 == 0:
            yield from (_Agency(province + body, province, site, 4.5) for body in BODIES)
        if number % 8 == 0:
            yield from (_Agency(city + body, f"{province}/{city}", site, 3.0) for body in BODIES)
        yield from (_Agency(county + body, folder, site, 1.0) for body in BODIES[:28])
        for township in range(14):
            name = f"{county}{_FIRST[(number + township) % len(_FIRST)]}{_SECOND[township * 3 % len(_SECOND)]}镇人民政府"
            yield _Agency(name, folder, site, -0.5)


def _placed(report: Report, agency: _Agency, year: int) -> Report:
    """With its agency decided. Whether and when it was published follows from its name, so that nothing else changes."""
    body = next(body for body in (*BODIES[1:], BODIES[0]) if agency.name.endswith(body))
    government = body == BODIES[0]
    level = Level.TOWNSHIP if agency.size < 0 else Level.COUNTY
    group = "government" if government else "department"
    kind = "government" if government else f"kind{BODIES.index(body)}"
    decided = Agency(f"simulated:{agency.name}", agency.name, "", level, kind, group)
    chance = random.Random(f"{agency.name} {year}")
    date = f"{year + 1}-{chance.choice(('01', '01', '01', '02', '03', '05'))}-{chance.randrange(1, 29):02}"
    identity = replace(report.identity, published=date if chance.random() < 0.5 else "")
    return replace(report, identity=identity, agency=Resolution(decided, basis="name"))


def _place_names() -> Iterator[str]:
    for second in _SECOND:
        for first in _FIRST:
            yield first + second + ("县" if (ord(first) + ord(second)) % 3 else "区")


def _case(agency: _Agency, year: int, edition: int, chance: random.Random, *, prose: bool) -> Case:
    suffix, media_type = (("html", "text/html"), ("pdf", "application/pdf"))[chance.random() > 0.45]
    title = f"{agency.name}{year}年政府信息公开工作年度报告"
    page = f"{year + 1}{chance.randrange(1, 4):02}/t{chance.randrange(10**8):08}.{suffix}"
    # As a crawler names what it fetched, or as people name what they collect.
    collected = f"{agency.folder}/{agency.name}{year}{'（更新）' * edition}.{suffix}"
    name = f"{agency.site.removeprefix('https://')}/{page}" if chance.random() < 0.5 else collected
    facts = DocumentFacts(
        document=name,
        sha256=sha256(f"{name} {chance.random()}".encode()).hexdigest(),
        origin=f"{agency.site}/{page}",
        size=chance.randrange(20_000, 900_000),
        media_type=media_type,
        producer="" if suffix == "html" else chance.choice(("WPS 文字", "Microsoft® Word 2016", "Adobe PDF Library 15.0")),
        pages=0 if suffix == "html" else chance.randrange(3, 9),
    )
    luck = chance.random()
    if luck < 0.01:
        return facts, (UnreadableError("The file is cut off.") if luck < 0.004 else NotAReportError("It is a budget report."))
    identity = Identity(title=title, agency=agency.name, year=year, period=f"{year}年1月1日至{year}年12月31日")
    form = "2014" if year < 2019 else "2019" if year < 2021 else "2021"
    received = int(math.exp(chance.gauss(agency.size, 1.3))) if chance.random() < (0.3 if agency.size < 0 else 0.6) else 0
    if form == "2014" and agency.size < 0 and chance.random() < 0.4:
        report = Report(identity, "", Verdict.PROSE)
    else:
        figures = (_statistics if form == "2014" else _tables)(form, received, chance)
        report = _report(identity, form, figures, _layout_number(suffix, chance), chance)
    return facts, (_with_prose(report, agency, received, chance) if prose else report,)


def _layout_number(suffix: str, chance: random.Random) -> int:
    """Which program set the table: 0 is HTML, odd ones bare text, the others ruled."""
    return 0 if suffix == "html" else chance.choice((1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18))


@cache
def _index(form: str) -> dict[str, int]:
    return {str(cell.key): index for index, cell in enumerate(forms()[form].cells())}


@cache
def _template(form: str, layout: int) -> tuple[Cell, ...]:
    """Every cell of a form, zero, where this program would set it."""
    chance = random.Random(layout)
    width, height, left = chance.uniform(40, 60), chance.uniform(18, 26), chance.uniform(150, 220)
    made = []
    for index, each in enumerate(forms()[form].cells()):
        row, column = divmod(index, 7)
        if layout == 0:
            made.append(Cell(form, each.key, Decimal(0), "0", State.PRINTED, locus=Locus(row + 1, column + 2)))
            continue
        page, x0, top = 1 + row // 28, left + width * column, 80 + height * (row % 28)
        if layout % 2:  # the box of the text, no two alike
            x0, top = x0 + chance.uniform(5, 20), top + chance.uniform(2, 6)
            box = Box(page, round(x0, 1), round(top, 1), round(x0 + chance.uniform(5, 25), 1), round(top + 10.5, 1))
        else:
            box = Box(page, round(x0, 1), round(top, 1), round(x0 + width, 1), round(top + height, 1))
        made.append(Cell(form, each.key, Decimal(0), "0", State.PRINTED, box=box))
    return tuple(made)


@cache
def _printed(form: str, layout: int, index: int, number: str) -> Cell:
    return _template(form, layout)[index]._replace(value=Decimal(number), printed=number)


def printed_cells(form: str, figures: dict[str, str]) -> tuple[Cell, ...]:
    """Every cell of a form as a web page prints it: the figures, "" for a blank, and 0 where there is none."""
    index, cells = _index(form), list(_template(form, 0))
    for key, number in figures.items():
        place = index[key]
        blank = cells[place]._replace(value=None, printed="", state=State.BLANK)
        cells[place] = _printed(form, 0, place, number) if number else blank
    return tuple(cells)


def _report(identity: Identity, form: str, figures: dict[str, str], layout: int, chance: random.Random) -> Report:
    index, cells = _index(form), list(_template(form, layout))
    for key, number in figures.items():
        cells[index[key]] = _printed(form, layout, index[key], number)
    findings: list[Finding] = []
    checks = [RuleCheck("applications.row_total", "holds", ())] * (46 if form != "2014" else 7)
    verdict = Verdict.VERIFIED
    luck = chance.random()
    if luck < 0.04:
        findings += _leave_blank(cells, chance)
    elif luck < 0.06:
        verdict = Verdict.REVIEW
        places = [chance.randrange(len(cells)) for _ in range(3)]
        for place in places:
            cells[place] = cells[place]._replace(value=None, printed="", state=State.MISSING, box=None, locus=None)
        missing = tuple(str(cells[place].key) for place in places)
        findings.append(Finding("cells.missing", Severity.DOUBT, "Cells of the form were not found.", missing))
    elif luck < 0.12 and figures:
        verdict = Verdict.INCONSISTENT
        key = chance.choice(list(figures))
        cells[index[key]] = _printed(form, layout, index[key], str(int(float(figures[key])) + 1))
        rule, sums = ("applications.row_total" if form != "2014" else "statistics.received_sum"), (figures[key], "1")
        findings.append(Finding(rule, Severity.FAULT, f"总计应为{figures[key]}", (key,), *sums))
        checks[0] = RuleCheck(rule, "fails", (key,), *sums, message="")
    return Report(
        identity,
        form,
        verdict,
        tuple(cells),
        findings=tuple(findings),
        checks=tuple(checks),
        tally=Tally(len(cells), len(cells), 0, 0),
    )


def _leave_blank(cells: list[Cell], chance: random.Random) -> Iterator[Finding]:
    length = len(cells)
    places = range(length - 15, length - 10) if chance.random() < 0.6 else range(length - 15, length)
    if chance.random() < 0.125:
        places = range(10, length)
    for place in places:
        cells[place] = cells[place]._replace(value=None, printed="", state=State.BLANK)
        yield Finding("cell.blank", Severity.NOTE, "printed blank", (str(cells[place].key),))


def _tables(form: str, received: int, chance: random.Random) -> dict[str, str]:
    """Figures of the forms of 2019 and 2021 that are not zero; all sums hold."""
    figures: dict[str, str] = {}
    if received:
        figures |= _applications("other.other" if form == "2021" else "other", received, chance)
        for row in ("review", "suit_direct"):
            upheld, corrected = int(received * chance.random() * 0.04), int(received * chance.random() * 0.02)
            numbers = (("upheld", upheld), ("corrected", corrected), ("total", upheld + corrected))
            figures |= {f"disputes.{row}.{column}": str(number) for column, number in numbers}
    for row in ("licensing", "penalties", "coercive_measures"):
        if chance.random() < 0.5:
            figures[f"disclosure.{row}.decisions"] = str(int(math.exp(chance.gauss(5, 2))))
    if chance.random() < 0.2:
        figures["disclosure.fees.amount"] = f"{math.exp(chance.gauss(4, 2)):.2f}".rstrip("0").rstrip(".")
    known = _index(form)
    return {key: number for key, number in figures.items() if number != "0" and key in known}


def _applications(last: str, received: int, chance: random.Random) -> dict[str, str]:
    """The table of applications; ``last`` is the result that takes what no other does."""
    rows: dict[str, dict[str, int]] = {}
    for applicant, share in zip(_APPLICANTS, _SHARES, strict=True):
        new, old = _some(received, share, chance), _some(int(received * 0.05), share, chance)
        left = min(new + old, _some(new, 0.06, chance))
        handled = open_ = new + old - left
        column = {"new": new, "carried_in": old, "handled_total": handled, "carried_out": left}
        for result, part in _RESULTS:
            column[result] = min(open_, _some(handled, part, chance))
            open_ -= column[result]
        column[last] = open_
        for row, number in column.items():
            rows.setdefault(row, {})[applicant] = number
    return {
        f"applications.{row}.{column}": str(number)
        for row, numbers in rows.items()
        for column, number in (*numbers.items(), ("total", sum(numbers.values())))
    }


def _some(whole: int, share: float, chance: random.Random) -> int:
    return int(whole * share + chance.random()) if whole else 0


def _statistics(_form: str, received: int, chance: random.Random) -> dict[str, str]:
    """Figures of the form of 2014 that are not zero; all sums hold."""
    figures = {"disclosed": int(math.exp(chance.gauss(5, 1.2))), "channel.website": int(math.exp(chance.gauss(4.5, 1.2)))}
    for channel in ("weibo", "wechat", "other"):
        if chance.random() < 0.4:
            figures[f"channel.{channel}"] = int(math.exp(chance.gauss(4, 1.2)))
    online = _some(received, 0.6, chance)
    late = _some(received, 0.05, chance)
    granted = _some(received, 0.7, chance)
    online, late, granted = min(online, received), min(late, received), min(granted, received)
    figures |= {"received": received, "received.online": online, "received.letter": received - online}
    figures |= {"closed": received, "closed.on_time": received - late, "closed.extended": late}
    figures |= {"answered": received, "answered.granted": granted, "answered.not_existing": received - granted}
    full = chance.randrange(0, 4)
    figures |= {
        "capacity.offices": 1,
        "capacity.staff": full + 2,
        "capacity.staff.full_time": full,
        "capacity.staff.part_time": 2,
    }
    figures |= {"training.meetings": chance.randrange(0, 6), "training.trainees": chance.randrange(0, 200)}
    return {f"statistics.{row}.count": str(number) for row, number in figures.items() if number}


_SENTENCES = (
    "{name}认真贯彻落实《中华人民共和国政府信息公开条例》，坚持以公开为常态、不公开为例外。",
    "全年通过门户网站主动公开政府信息{a}条，其中政策文件{b}件，政务新媒体推送{a}条。",
    "本年度共收到政府信息公开申请{n}件，均在法定期限内答复，未发生行政复议和行政诉讼。",
    "健全政府信息管理制度，严格执行保密审查程序，做到先审查、后公开。",
    "加强{topic}领域信息公开平台建设，优化栏目设置，提升群众获取信息的便利度。",
    "组织开展政务公开业务培训{b}次，参训{a}人次，压实监督保障责任。",
    "存在的主要问题：一是公开内容不够全面，{topic}等重点领域信息更新不够及时；二是解读形式较为单一。",
    "下一步将聚焦{topic}，进一步拓展公开渠道，丰富解读形式，提高政务公开工作质量和水平。",
    "按照《国务院办公厅关于印发〈政府信息公开信息处理费管理办法〉的通知》规定，未收取信息处理费。",
)
_TOPICS = tuple(
    """
    乡村振兴 义务教育 公共卫生 食品药品监管 安全生产 征地补偿 保障性住房 社会救助 财政预决算 国有企业 优化营商环境
    生态环境 就业创业 养老服务 涉农补贴 重大建设项目 公共资源交易 行政执法 疫情防控 城市更新 户籍管理 医疗保障
    公共文化服务 减税降费
    """.split()  # noqa: SIM905 - a word list is easier to read as one
)
_HEADINGS = (
    "",
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)


def _with_prose(report: Report, agency: _Agency, received: int, chance: random.Random) -> Report:
    """About 1,100 characters in seven sections."""
    sections = []
    for number, heading in enumerate(_HEADINGS):
        sentences = [
            chance.choice(_SENTENCES).format(
                name=agency.name, a=chance.randrange(1, 3000), b=chance.randrange(1, 60), n=received, topic=chance.choice(_TOPICS)
            )
            for _ in range(2 if number in (0, 6) else 5)
        ]
        sections.append(Section(number, heading, "\n".join(("".join(sentences[:3]), "".join(sentences[3:]))).strip()))
    sentence = sections[3].text.partition("。")[0]
    key = CellKey("applications", "new", "total") if report.form in {"2019", "2021"} else None
    mention = Mention("applications_received", Decimal(received), "件", sentence, 3, key, section_ordinal=3, whose="self")
    return replace(report, sections=tuple(sections), mentions=(mention,))
