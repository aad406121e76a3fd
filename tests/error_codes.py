"""Every code and reason that the source gives an error: what docs/errors.md must explain."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from collect.errors import NianbaoError
from normalize.kinds import HEADLINES

ROOT = Path(__file__).parent.parent
ROOMS = ("collect", "extract", "normalize", "store", "explore", "nianbao")
REASONS_OF_FAULTS = {"fault": 0, "Failure": 3}
"""Functions that take a reason by position."""


def classes(kind: type[NianbaoError] = NianbaoError) -> Iterator[type[NianbaoError]]:
    """Every class of the tree, as far as its modules are imported."""
    yield kind
    for below in kind.__subclasses__():
        if below.__module__.split(".")[0] in ROOMS:
            yield from classes(below)


def codes() -> dict[str, str]:
    """Each code and the place in the source that gives it."""
    found = {f"not_a_report.{code}": "normalize/kinds.py" for code, *_ in HEADLINES}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text("utf-8")
            if not any(word in text for word in ("Error(", "fault(", "beyond(", "Failure(", "_reject(")):
                continue
            tree = ast.parse(text)
            if any(
                isinstance(node, ast.ClassDef) and any("Error" in ast.unparse(base) for base in node.bases) for node in tree.body
            ):
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            place = path.relative_to(ROOT).as_posix()
            found |= dict.fromkeys(_codes(tree, place), place)
    return found | {each.code: each.__module__ for each in classes()}


def _codes(tree: ast.Module, place: str) -> Iterator[str]:
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func).rsplit(".", 1)[-1]
        given: list[ast.expr] = []
        if name.endswith("Error") or name == "beyond":
            given = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
        elif name in REASONS_OF_FAULTS and len(call.args) > REASONS_OF_FAULTS[name]:
            given = [call.args[REASONS_OF_FAULTS[name]]]
        elif name == "_reject" and place == "normalize/recognise.py":
            if isinstance(call.args[0], ast.Constant):
                yield f"not_a_report.{call.args[0].value}"
            continue
        for value in given:
            if isinstance(value, ast.Constant):
                yield str(value.value)
            elif isinstance(value, ast.Name) and value.id in constants:
                yield constants[value.id]
            elif isinstance(value, ast.JoinedStr):
                assert place == "normalize/recognise.py", f"{place}: a code that no test can see: {ast.unparse(value)}"
