"""Simulated prose with known copies in it: what ``benchmarks.copies`` searches.

Agencies are real counties' bureaus, so that they lie in real cities. A report has what all have (preface, stock sentences,
statutory phrases), sentences of its own, and often what its last report said, with new numbers. Copies are planted at known
degrees: ``Planted`` says which section took how much of which other one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import product

from normalize.authority.model import Agency, Resolution
from normalize.authority.resolve import prefix
from normalize.gazetteer import Level, Region, gazetteer
from normalize.model import Identity, Report, Section, Verdict
from store.documents import DocumentFacts

YEARS = range(2013, 2026)
BODIES = {
    "人民政府": "government", "人民政府办公室": "government_office", "发展和改革局": "development_reform", "教育局": "education",
    "公安局": "public_security", "民政局": "civil_affairs", "司法局": "justice", "财政局": "finance", "水利局": "water",
    "农业农村局": "agriculture", "商务局": "commerce", "卫生健康局": "health", "应急管理局": "emergency", "审计局": "audit",
    "市场监督管理局": "market", "统计局": "statistics", "医疗保障局": "medical_insurance", "信访局": "petitions",
    "林业局": "forestry", "城市管理局": "urban_management",
}  # fmt: skip
DEGREES = (1.0, 0.9, 0.8, 0.7, 0.5)
"""Shares of the sentences that a planted copy keeps."""
_PREFACES = (
    "根据《中华人民共和国政府信息公开条例》（以下简称《条例》）第五十条规定，现将{me}{y}年政府信息公开工作年度报告公布如下。",
    "本报告由{me}按照《中华人民共和国政府信息公开条例》和国办公开办函〔2021〕30号文件要求编制，所列数据的统计期限为{y}年1月1日至{y}年12月31日。",
    "按照《条例》要求，特向社会公布{me}{y}年度政府信息公开工作年度报告。本报告电子版可在{place}人民政府网站下载。如有疑问，请与{me}办公室联系。",
    "本年度报告包括总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况、存在的主要问题及改进情况等六个部分。",
)
_STOCK = (
    "{y}年，{me}认真贯彻落实《条例》，坚持以公开为常态、不公开为例外，不断提高政务公开工作水平。",
    "{y}年，{me}以习近平新时代中国特色社会主义思想为指导，全面落实上级政务公开工作部署。",
    "全年通过政府网站主动公开政府信息{n}条，政务新媒体发布信息{n}条。",
    "本年度共收到政府信息公开申请{n}件，均在法定期限内答复。",
    "严格执行政府信息发布审查制度，做到先审查、后公开，未发生失泄密事件。",
    "调整充实政务公开工作领导小组，由主要负责同志任组长，明确专人负责。",
    "组织开展政务公开业务培训{n}次，培训{n}人次。",
    "存在的主要问题：一是主动公开的内容不够全面；二是政策解读形式较为单一；三是业务人员能力有待提高。",
    "下一步，将进一步加强组织领导，拓宽公开渠道，加大公开力度，不断提升工作质量和水平。",
    "健全完善依申请公开工作机制，规范受理、登记、办理、答复等环节。",
    "本年度未收取信息处理费，无其他需要报告的事项。",
    "本年度未发生因政府信息公开引起的行政复议和行政诉讼。",
    "积极回应社会关切，办理群众留言{n}条，按时办结率100%。",
    "加强{topic}领域信息公开，及时更新栏目内容，提升群众获取信息的便利度。",
    "围绕{topic}、{topic}等重点工作，主动公开相关政策文件{n}件，开展解读{n}次。",
)
_TOPICS = tuple(
    "乡村振兴 义务教育 公共卫生 食品药品 安全生产 征地补偿 保障性住房 社会救助 财政预决算 营商环境 生态环境 就业创业".split()  # noqa: SIM905
)
_WHO = tuple(
    "窗口人员 志愿者 网格员 驻村干部 年轻科员 退休教师 法律顾问 热线坐席 社区书记 楼栋长 信息员 档案员 讲解员 督查组".split()  # noqa: SIM905
)
_DID = tuple(
    """
    录制短片 绘制漫画 编排快板 印制折页 张贴海报 整理问答 梳理清单 更换电子屏 翻译双语卡片 改写办事指南 制作语音播报 拍摄样板间
    """.split()  # noqa: SIM905
)
_WHAT = tuple(
    """
    公交改线 水价听证 供暖补贴 学区划分 旧楼加梯 河道清淤 夜市摊位 粮食收购 山洪预警 集体林权 校车路线 药品目录 停车收费
    """.split()  # noqa: SIM905
)
_WHERE = tuple("社区 村部 广场 小区 集市 中学 园区 码头 车站 祠堂 果园 水库 茶厂 牧场 驿站 图书室".split())  # noqa: SIM905
_HOW = (
    "用方言讲给{spot}的老人听",
    "赶集那天在{spot}摆摊解答",
    "把底稿先交{spot}的居民代表试读",
    "再搬到{spot}换一次主题",
    "{spot}门口扫码即可查看全文",
    "同步放到{spot}微信群",
    "先问{spot}的需求再定内容",
    "做成对照表挂在{spot}",
    "请{spot}当事人到场提问",
    "给{spot}留出两周收集意见",
    "逐条标明{spot}的依据和时限",
    "附上{spot}经办人的电话",
    "由{spot}监督员暗访打分",
    "结果在{spot}公示栏张贴",
    "{spot}收到的疑问当天转办",
    "把{spot}失败的例子也写进去",
)
_END = (
    "现场答复{n}人次",
    "回收问卷{n}份",
    "收到建议{n}条",
    "差错比上年少了{n}处",
    "点击量达到{n}次",
    "覆盖农户{n}户",
    "改掉表述{n}处",
    "平均答复时间缩短{n}天",
    "被群众追问{n}次",
    "印发{n}册",
    "录入旧档{n}卷",
    "补登目录{n}项",
)
_HAN = "柳松杨槐桂兰竹梅石金银铜玉珠龙凤虎马牛羊云雷霞霜泉溪潭湖河江塘沟岭坪坡湾桥店堡寨营屯窑庙塔井圩泽洲浦港渡"
_CHAPTERS = ("", "一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况", "四、行政复议、行政诉讼情况",
             "五、存在的主要问题及改进情况", "六、其他需要报告的事项")  # fmt: skip
_LENGTHS = (0, 8, 3, 3, 0, 5, 1)
"""Own sentences of each chapter on average."""

Sentences = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """A section that took sentences of an earlier one."""

    kind: str
    """``agencies``, ``years`` or ``hub``."""
    taken: int
    """Sentences that it took."""
    sentences: int
    """Sentences of its own in all."""
    ordinal: int
    source: str
    """Document of the earlier one."""

    @property
    def similarity(self) -> float:
        """Jaccard similarity of the two sections, in sentences of one length."""
        return self.taken / (2 * self.sentences - self.taken) if self.sentences else 0.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """A document with its report and what was planted in it."""

    facts: DocumentFacts
    report: Report
    planted: tuple[Planted, ...]
    lineage: tuple[frozenset[str], ...]
    """By section, the documents (and prescribed texts) that its own sentences come from; itself where it wrote any."""


@dataclass(frozen=True, slots=True)
class _Written:
    document: str
    agency: str
    chapters: tuple[Sentences, ...]
    """Own sentences, with places for names and numbers."""
    lineage: tuple[frozenset[str], ...]


def simulate_prose(count: int, *, seed: int = 1) -> Iterator[Simulated]:
    """``count`` reports, city by city."""
    chance = random.Random(seed)
    past: list[_Written] = []
    made = 0
    for city, counties in _cities(chance):
        hubs = {year: _hub(city, year, chance) for year in YEARS if chance.random() < 0.08}
        for county, (body, kind) in product(counties, BODIES.items()):
            last: _Written | None = None
            for year in YEARS:
                if chance.random() < 0.08:
                    continue
                one, last = _report(_Subject(f"{made:07}.html", county, body, kind, year), last, hubs.get(year), past, chance)
                _remember(past, last, chance)
                yield one
                made += 1
                if made == count:
                    return


def _cities(chance: random.Random) -> Iterator[tuple[str, list[Region]]]:
    """Cities with their counties, in no order."""
    known = gazetteer()
    found: dict[str, list[Region]] = {}
    for region in known.regions:
        parent = known.parent(region)
        if region.level is Level.COUNTY and region.until is None and parent is not None and parent.level is Level.CITY:
            found.setdefault(parent.name, []).append(region)
    cities = sorted(found.items())
    chance.shuffle(cities)
    yield from cities


@dataclass(frozen=True, slots=True)
class _Subject:
    document: str
    county: Region
    body: str
    kind: str
    year: int

    @property
    def name(self) -> str:
        return prefix(self.county) + self.body


def _hub(city: str, year: int, chance: random.Random) -> _Written:
    """The text that a city prescribes to its bureaus."""
    name = f"{city} {year}"
    return _Written(name, city, tuple(_own(length, chance) for length in _LENGTHS), (frozenset([name]),) * len(_LENGTHS))


def _remember(past: list[_Written], written: _Written, chance: random.Random) -> None:
    if len(past) < 3_000:
        past.append(written)
    elif chance.random() < 0.2:
        past[chance.randrange(len(past))] = written


def _report(
    about: _Subject, last: _Written | None, hub: _Written | None, past: list[_Written], chance: random.Random
) -> tuple[Simulated, _Written]:
    document = about.document
    chapters, planted, lineage = [], [], []
    luck, degree = chance.random(), chance.choice(DEGREES)
    source, kind = None, ""
    if hub is not None and chance.random() < 0.9:
        source, kind, degree = hub, "hub", chance.choice((1.0, 0.9))
    elif luck < 0.03 and past:
        source, kind = chance.choice(past), "agencies"
    elif luck < 0.6 and last is not None:
        source, kind, degree = last, "years", chance.choice((1.0, 0.9, 0.8, 0.5, 0.2))
    if source is not None and kind != "years" and source.agency == about.name:
        source = None
    for ordinal, length in enumerate(_LENGTHS):
        if source is None or not source.chapters[ordinal]:
            chapters.append(_own(length, chance))
            lineage.append(frozenset([document]))
            continue
        chapters.append(_taken(source.chapters[ordinal], degree, chance))
        lineage.append(source.lineage[ordinal] | {document})
        planted.append(Planted(kind, round(degree * len(chapters[-1])), len(chapters[-1]), ordinal, source.document))
    written = _Written(document, about.name, tuple(chapters), tuple(lineage))
    sections = tuple(
        Section(ordinal, heading, _print(ordinal, own, about, chance))
        for ordinal, (heading, own) in enumerate(zip(_CHAPTERS, chapters, strict=True))
    )
    report = Report(Identity(agency=about.name, year=about.year), "", Verdict.PROSE, sections=sections, agency=_agency(about))
    content = sha256("".join(section.text for section in sections).encode() + document.encode()).hexdigest()
    facts = DocumentFacts(document, content, f"https://www.example.gov.cn/{document}", 1, "text/html", "", 0)
    return Simulated(facts, report, tuple(planted), tuple(lineage)), written


def _agency(about: _Subject) -> Resolution:
    region = about.county
    return Resolution(
        Agency(f"{region.code}:{about.kind}", about.name, region.code, Level.COUNTY, about.kind, "department"), basis="name"
    )


def _own(length: int, chance: random.Random) -> Sentences:
    return tuple(_sentence(chance) for _ in range(max(0, round(chance.gauss(length, length / 4)))))


def _sentence(chance: random.Random) -> str:
    """Three clauses that hardly anybody else writes just so; ``{me}``, ``{n}`` are filled in when it is printed."""
    spot, who, what, did = _spot(chance), chance.choice(_WHO), chance.choice(_WHAT), chance.choice(_DID)
    first = (f"{who}到{spot}就{what}{did}", f"{{me}}在{spot}为{what}{did}", f"{what}一事由{who}在{spot}{did}")
    return f"{chance.choice(first)}，{chance.choice(_HOW).replace('{spot}', _spot(chance))}，{chance.choice(_END)}。"


def _spot(chance: random.Random) -> str:
    return chance.choice(_HAN) + chance.choice(_HAN) + chance.choice(_WHERE)


def _taken(sentences: Sentences, degree: float, chance: random.Random) -> Sentences:
    """A share of the sentences, the others written anew; now and then in another order."""
    kept = set(chance.sample(range(len(sentences)), round(degree * len(sentences))))
    taken = [each if place in kept else _sentence(chance) for place, each in enumerate(sentences)]
    if chance.random() < 0.2:
        chance.shuffle(taken)
    return tuple(taken)


def _print(ordinal: int, own: Sentences, about: _Subject, chance: random.Random) -> str:
    stock = [chance.choice(_STOCK) for _ in range(chance.randrange(1, 4))] if ordinal else [chance.choice(_PREFACES)]
    lines = [*stock[:1], *own, *stock[1:]]
    me = chance.choice((about.name, "我局" if about.body.endswith("局") else "我单位"))
    text = "".join(
        line.replace("{me}", me).replace("{y}", str(about.year)).replace("{place}", about.county.name) for line in lines
    )
    while "{n}" in text:
        text = text.replace("{n}", str(chance.randrange(1, 900)), 1)
    while "{topic}" in text:
        text = text.replace("{topic}", chance.choice(_TOPICS), 1)
    return text
