"""The examples of README and docs run as they stand."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/api.md",
    "docs/pareto.md",
    "docs/low-water.md",
    "docs/exchange.md",
    "docs/tours.md",
    "docs/door-to-door.md",
    "docs/distances.md",
)


def python_examples() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        blocks = re.findall(r"^```python\n(.*?)^```", (REPOSITORY / page).read_text(encoding="utf-8"), re.S | re.M)
        found += [(f"{page}-{number}", block) for number, block in enumerate(blocks)]
    return found


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in python_examples()])
def test_python_examples_run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def commands(page: str) -> list[str]:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.startswith("    cargopool ")]


@pytest.mark.parametrize("page", ["README.md", "docs/cli.md", "docs/low-water.md", "docs/exchange.md"])
def test_commands_run_in_order_from_an_empty_folder(page: str, tmp_path: Path) -> None:
    found = commands(page)
    assert len(found) >= 4
    for line in found:
        arguments = shlex.split(line)[1:]
        command = [sys.executable, "-m", "cargopool", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


def test_the_two_set_up_commands_stand_in_the_readme() -> None:
    lines = (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()
    venv = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt"
    run = f"    {venv} . && .venv/bin/cargopool solve scenarios/clusters20-week --out runs/clusters20-week"
    test = f'    {venv} -e ".[test]" && .venv/bin/pytest -n 2 --dist loadfile'
    assert run in lines
    assert test in lines


def test_every_verb_and_flag_is_documented() -> None:
    from typer.main import get_command

    from cargopool.cli.app import make_app

    page = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
    verbs = get_command(make_app(0.0)).commands  # type: ignore[attr-defined]
    assert {"new", "validate", "solve", "check", "report", "compare", "explain", "schema"} <= set(verbs)
    for name, verb in verbs.items():
        assert f"`{name} " in page
        flags = [flag for option in verb.params for flag in option.opts if flag.startswith("--")]
        assert [
            flag for flag in flags if f"`{flag}" not in page and f"[{flag}" not in page and f" {flag}" not in page
        ] == []


def test_exit_codes_are_documented() -> None:
    from cargopool.cli.exits import Exit

    page = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
    assert all(f"| {int(code)} |" in page for code in Exit)


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script
    done = subprocess.run(["bash", "-n", str(REPOSITORY / ".ci" / "run")], check=False)
    assert done.returncode == 0
