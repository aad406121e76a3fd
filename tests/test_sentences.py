"""What findings say, in Chinese: each sentence from its facts, nothing left in English, and nothing made up."""

import ast
import tomllib
from pathlib import Path

import pytest
import regex

from nianbao.pipeline import read_reports
from normalize.sentences import chinese

ROOT = Path(__file__).parent.parent

CASES = [
    ("总计等于六类申请人之和 (total = the six kinds of applicant): 16 ≠ 26", "总计等于六类申请人之和：16 ≠ 26"),
    ("printed blank", "印有此格，格内空白。"),
    ("printed /, not a number", "印的是“/”，不是数字。"),
    ("printed more than once, differently: 3, 4", "同一格印了几次，各不相同：3, 4。"),
    ("84 cells of applications were not found", "收到和处理政府信息公开申请情况：有 84 格未找到。"),
    ("a sign where the form has none; a fraction in a cell of whole counts", "表式此处没有正负号；计数的格内印有小数"),
    ("a count of 件 in a cell of 万元", "以万元计的格内印有以“件”计的数"),
    (
        "read without certainty: 1 or 0 or blank; the rules force 0, but no two rules do so independently",
        "识读没有把握：1 或 0 或 空白；勾稽关系要求 0，但没有两条互相独立的规则如此要求",
    ),
    (
        "read without certainty: 3; read as 3, but the report for 2023 carries 8",
        "识读没有把握：3；读作 3，但2023 年度报告结转 8",
    ),
    ("two readers of the file disagree: blank or 7", "两个识读程序读得不同：空白 或 7"),
    (
        (
            "disputes.review.total = 3: the reader saw 8 and held 3 possible. 3 = 1 + 2 (总计等于四类结果之和, total = upheld +"
            " corrected + other + pending). With 8 each of these fails; no other combination of readings satisfies them all;"
            " the report for 2023 carries 3"
        ),
        (
            "行政复议 · 总计 = 3：读到的是 8，也可能是 3。3 = 1 + 2（总计等于四类结果之和）。若为 8，以上各条均不成立；"
            "再没有别的读法能使全部勾稽关系成立；2023 年度报告结转 3"
        ),
    ),
    (
        "disputes.review.total = 3, corrected against the document by 李明 (见第3页); the reader had missing",
        "行政复议 · 总计 = 3：由 李明 对照原件更正（见第3页）；原读作 缺失",
    ),
    ("2.其他: 6 fields for 7 columns", "2.其他：7 列之下有 6 个数"),
    ("not in the form, kept as extra cells: 其他机关", "表式没有“其他机关”，作为增列项目保存。"),
    ("The title says 2023, the running_head says 2022.", "标题写的是 2023 年，页眉写的是 2022 年。"),
    (
        "The prose counts 60 条 (chapter 1, characters 9-13), the table 6 (disputes.review.total): 公开60条: 其中(一)1条",
        "文字称 60 条（第 1 部分第 9 至 13 字），表中为 6（行政复议 · 总计）：公开60条: 其中(一)1条",
    ),
    (
        "3 of 9 条 is 33.3 %, stated 30 % (chapter 2, characters 1-3: 占30%)",
        "9 条中的 3 条应为 33.3%，文字称 30%（第 2 部分第 1 至 3 字：占30%）",
    ),
    ("speaks of 2019 as the reporting year: 「2019年」 (and 2 more)", "把 2019 年当作报告年度：「2019年」（另有 2 处）"),
    (
        "上年结转 = 上年度报告的结转 (in = out): 17 for 92, -75; only one of the reports says whose figures it gives",
        "上年结转 = 上年度报告的结转：应为 92，印作 17，相差 -75；两份报告中只有一份说明了统计范围",
    ),
    (
        "与相邻年份相差 (out by powers): 143 after 1492: about a part in 10",
        "与相邻年份相差：上年 1492，本年 143：约等于上年除以 10",
    ),
]


@pytest.mark.parametrize(("message", "there"), CASES)
def test_a_sentence_says_the_same_in_chinese(message, there):
    assert chinese(message) == there


@pytest.mark.parametrize(
    "message",
    [
        "something that no rule says",
        "no.such.cell = 3, confirmed against the document by 李明",  # a cell that no form has
        "read without certainty: 3; because of the weather",
        "84 cells of nothing were not found",
        "printed blank " * 1000,
        "",
    ],
)
def test_what_is_not_known_stays_as_it_is(message):
    assert chinese(message) is None


def test_facts_are_not_taken_for_slots():
    assert chinese("not in the form, kept as extra cells: {label} {0}") == "表式没有“{label} {0}”，作为增列项目保存。"


def sentences():
    return tomllib.loads((ROOT / "normalize" / "sentences.toml").read_text("utf-8"))["sentences"]


def test_both_languages_have_the_same_facts():
    for english, there in sentences():
        names = set(regex.findall(r"\{([a-z]\w*)", english))
        assert set(regex.findall(r"\{(\w+)\}", there)) == names, english


def strings(path):
    """The texts of a module as it composes them: what is filled in is a slot."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)


def test_every_sentence_is_one_that_the_program_says():
    """What a module says no more is told: each English sentence without its facts stands in the code of ``normalize``."""
    code = "\n".join("\n".join(strings(path)) for path in (ROOT / "normalize").rglob("*.py"))
    for english, _ in sentences():
        plain = regex.sub(
            r" of the \{n\} uncertain cells| (?=satisfies them all)",
            "{others}",
            regex.sub(r"^(1 cell|.*\} cells)(?= read)", "", english),
        )
        for piece in regex.split(r"\{[^}]*\}|; |, but ", plain):
            assert piece.strip(" ():;.,%=≠-") in code, english
    assert "1 cell" in code
    assert "\0 cells" in code
    assert " of the \0 uncertain cells" in code


COMPOSED = {
    "{}: {} ≠ {}",
    " ({})",
    "{} = {}, confirmed against the document by {}{}",
    "{} = {}, corrected against the document by {}{}; the reader had {}",
    "Parts of {} exceed their whole of {} {} ({})",
    "All parts together are {}, the whole {} {} ({})",
    (
        "{} = {}: the reader saw {} and held {} possible. {}. With {} each of these fails; no other combination of readings{}"
        " satisfies them all{}"
    ),
    "{} read without certainty and confirmed: no other combination of readings satisfies the rules{}",
    "the rules force {}",
}
"""What is put together of parts that are sentences themselves: the cases above have each."""
SAYING = {"Finding", "_hint", "doubt", "Unplaced", "Reading"}
"""Calls that are given what a finding says."""
NAMED = {"message", "words", "said", "doubt", "reason"}
"""Names that it is given before."""


def told(tree):
    """Whatever a module may have a finding say, with ``{}`` for its facts."""
    given = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in SAYING:
            given += [*node.args, *(each.value for each in node.keywords if each.arg in NAMED)]
        if isinstance(node, ast.Assign) and any(isinstance(each, ast.Name) and each.id in NAMED for each in node.targets):
            given.append(node.value)
    for value in given:
        for each in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
            if isinstance(each, ast.Constant | ast.JoinedStr):
                parts = each.values if isinstance(each, ast.JoinedStr) else [each]
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)


def test_whatever_the_program_has_a_finding_say_has_its_chinese():
    known = {regex.sub(r"\{[^}]*\}", "{}", english) for english, _ in sentences()} | COMPOSED
    modules = (ROOT / "normalize").rglob("*.py")
    found = {said for path in modules for said in told(ast.parse(path.read_text("utf-8"))) if " " in said}
    assert len(found) > 40
    assert found - known == set(), "give them their Chinese in normalize/sentences.toml"


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "fixtures" / "reports").glob("*.*")))
def test_findings_of_the_fixtures_are_said_in_chinese(name):
    if name.endswith((".zip", ".png", ".md")):
        return
    reports = read_reports((ROOT / "fixtures" / "reports" / name).read_bytes(), name)
    found = [finding.message for report in reports for finding in report.findings]
    assert [message for message in found if chinese(message) is None] == []
