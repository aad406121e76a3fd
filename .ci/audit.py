"""Known weaknesses of the pinned dependencies, by pip-audit, where its advisories can be reached: ``make audit``.

pip-audit comes into an environment of its own, so that what it needs is no dependency of the project. Where it or the
advisories cannot be had, a note says so and nothing fails; a pin with a known weakness fails.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
AUDIT = "pip-audit==2.10.1"


def installed(folder: Path) -> Path | None:
    """pip-audit in a fresh environment; None where it cannot be had."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    command = [folder / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", AUDIT]
    done = subprocess.run(command, capture_output=True, check=False)
    return None if done.returncode else folder / "bin" / "pip-audit"


def audited(program: Path, pins: list[str], scratch: Path) -> list[dict[str, object]] | None:
    """What pip-audit says of each pin; None where it reached no advisories."""
    listed = scratch / "pins.txt"
    listed.write_text("\n".join(pins) + "\n", "utf-8")
    command = [program, "-r", listed, "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, object]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return None
    # A mirror that serves packages only knows none of them: that is no all-clear.
    return found if any("vulns" in each for each in found) else None


def main() -> int:
    """Audit and print."""
    # One by one: pip-audit takes a package for audited once its first line is.
    pins = [re.split(r"\s*;", line)[0] for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()]
    with TemporaryDirectory(prefix="audit-") as name:
        program = installed(Path(name) / "environment")
        if program is None:
            print(f"audit skipped: {AUDIT} cannot be installed here")
            return 0
        if audited(program, pins[:1], Path(name)) is None:
            print("audit skipped: the advisories cannot be reached from here")
            return 0
        found: list[dict[str, object]] = []
        waiting = pins
        while waiting:  # a package may have a pin for each of several Pythons
            names = [pin.partition("==")[0] for pin in waiting]
            now = [pin for at, pin in enumerate(waiting) if names[at] not in names[:at]]
            found += audited(program, now, Path(name)) or []
            waiting = [pin for pin in waiting if pin not in now]
    weak = [each for each in found if each.get("vulns")]
    unknown = [each["name"] for each in found if "vulns" not in each]
    for each in weak:
        print(f"{each['name']} {each['version']}: {', '.join(str(vuln['id']) for vuln in each['vulns'])}")  # type: ignore[attr-defined]
    if unknown:
        print(f"of {len(unknown)} pins nothing is known: {', '.join(map(str, unknown))}")
    print(f"audit: {len(found) - len(unknown)} pins looked up, {len(weak)} with known weaknesses")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
