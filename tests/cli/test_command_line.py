"""Verbs, flags, streams and exit codes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cargopool.cli.exits import Exit, exit_of_run
from timing import within

HEAVY = ("ortools", "numba", "pandas", "scipy", "pydantic", "numpy", "dask", "jinja2", "yaml")


def test_the_help_comes_at_once() -> None:
    with within(4.0):  # 0.2 s on an idle machine; the guard is the test of imports below
        subprocess.run([sys.executable, "-m", "cargopool", "--help"], capture_output=True, check=True)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["solve", "--help"], ["--version", "--json"]])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from cargopool.cli import main; code = main(sys.argv[1:]);"
        f"print('HEAVY', sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    # typer itself converts the values of flags by pydantic where that is installed
    assert done.stderr.strip() in (["HEAVY []"] if arguments == ["--help"] else ["HEAVY []", "HEAVY ['pydantic']"])
    assert done.stdout


def test_import_of_the_package_is_light_and_lazy() -> None:
    code = (
        f"import cargopool, sys; print(sorted(set({HEAVY!r}) & set(sys.modules))); cargopool.Scenario; dir(cargopool)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    import cargopool

    for name in cargopool.__all__:
        assert getattr(cargopool, name) is not None
    with pytest.raises(AttributeError):
        cargopool.no_such_name  # noqa: B018


def test_version(call) -> None:
    import cargopool

    assert call("--version").out == f"cargopool {cargopool.__version__}\n"
    assert call("--version", "--json").json()["cargopool"] == cargopool.__version__


def test_no_arguments_show_the_help(call) -> None:
    assert "solve" in call().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["solve"],
        ["solve", "case", "--gap", "wide"],
        ["solve", "case", "--time-limit", "-1"],
        ["solve", "case", "--no-such-flag"],
        ["solve", "missing"],
        ["solve", "case", "--variant", "nix"],
        ["solve", "case", "--set", "objective.carbon_price_eur_per_t"],
        ["solve", "case", "--set", "no.such.path=1"],
        ["solve", "case", "--set", "drayage.radius_km=1", "--set", "drayage.radius_km=2"],
        ["solve", "case", "--params", "missing.toml"],
        ["solve", "case", "--warm-start", "missing"],
        ["solve", "case", "--out", "case"],
        ["check", "missing"],
        ["check", "case", "missing.json"],
        ["report", "case"],
        ["compare", "week"],
        ["compare", "week", "missing"],
        ["explain", "week", "--shipment", "S99"],
        ["explain", "week"],
        ["new", "case"],
        ["new", "fresh", "--template", "nix"],
        ["new"],
        ["schema", "nix"],
        ["--json", "solve", "case"],
    ],
    ids=" ".join,
)
def test_bad_input_is_exit_2_with_a_way_out_and_no_traceback(arguments: list[str], call, here: Path) -> None:
    done = call(*arguments)
    assert done.code == Exit.INPUT
    assert done.out == ""
    assert re.search(r"error\[E\d{4}\] ", done.err)
    assert "Traceback" not in done.err
    assert (here / "week" / "run.json").exists()


def test_solve_writes_a_run_and_prints_the_summary(call, here: Path) -> None:
    done = call("solve", "case", "--out", "new-run", "--time-limit", "5")
    assert done.code == Exit.OK
    assert done.err == ""
    for word in ("small", "Cost", "Saving", "CO2e", "5 of 6 served", "Bound", "S6", "No way reaches", "new-run"):
        assert word in done.out
    assert (here / "new-run" / "report.html").exists()


def test_solve_without_out_goes_to_runs(call, here: Path) -> None:
    assert call("solve", "case/scenario.yaml", "--time-limit", "5").code == Exit.OK
    assert (here / "runs" / "case" / "run.json").exists()


def test_json_is_all_that_json_prints(call, here: Path) -> None:
    record = call("solve", "case", "--out", "r", "--json").json()
    assert record == {**json.loads((here / "r" / "run.json").read_text()), "folder": str(here / "r")}
    assert call("check", "week", "--json").json() == {"ok": True, "violations": []}
    assert call("report", "week", "--json").json() == json.loads((here / "week" / "run.json").read_text())
    assert call("validate", "case", "--json").json()["ok"] is True
    assert call("explain", "week", "--shipment", "S1", "--json").json()["shared_with"] == ["S2", "S4"]
    assert call("compare", "week", "r", "--json").json()["changes"][0]["comparable"] is True
    bad = call("solve", "missing", "--json")
    assert bad.code == Exit.INPUT
    assert bad.json()["diagnostics"][0]["code"].startswith("E")


def test_quiet_and_verbose(call, here: Path) -> None:
    loud = call("solve", "case", "--out", "a", "--verbose")
    assert "verified plan" in loud.err
    quiet = call("solve", "case", "--out", "a", "--quiet")
    assert quiet.err == ""
    assert "report.html" not in quiet.out


def test_fail_on_unserved(call, here: Path) -> None:
    assert call("solve", "case", "--out", "a", "--fail-on-unserved").code == Exit.UNSERVED


def test_validate_reports_all_files_in_one_pass(call, here: Path) -> None:
    rows = (here / "case" / "shipments.csv").read_text().replace("ZAZ", "NOWHERE", 1)
    (here / "case" / "shipments.csv").write_text(rows)
    services = (here / "case" / "services.csv").read_text().replace("rail", "rial", 1)
    (here / "case" / "services.csv").write_text(services)
    done = call("validate", "case")
    assert done.code == Exit.INPUT
    assert re.search(r"shipments\.csv:2:\d+: error\[E\d{4}\]", done.err)
    assert re.search(r"services\.csv:\d+:\d+: error\[E\d{4}\]", done.err)


def test_check_finds_a_changed_plan(call, here: Path) -> None:
    path = here / "week" / "plan.json"
    path.write_text(re.sub(r'"cost_cents": (\d+)', r'"cost_cents": 1', path.read_text(), count=1))
    done = call("check", "week")
    assert done.code == Exit.VIOLATIONS
    assert re.search(r"violation\[V\d+\]", done.out)
    assert call("check", "case", "week/plan.json").code == Exit.VIOLATIONS


def test_report_explain_compare_and_schema(call, here: Path) -> None:
    report = call("report", "week", "--html")
    assert "Departures" in report.out
    assert "report.html" in report.err
    explained = call("explain", "week", "--shipment", "S1").out
    assert "shares load units with S2, S4" in explained
    assert "road DUI to ZAZ" in explained
    assert call("explain", "week", "--shipment", "S6").out.startswith("S6: unserved")
    assert "0 of 5 shipments travel otherwise" in call("compare", "week", "week").out
    assert json.loads(call("schema").out)["$schema"]
    assert json.loads(call("schema", "plan").out)["title"].startswith("A cargopool plan")


def test_new_copies_a_template_that_validates(call, here: Path) -> None:
    assert "quickstart" in call("new", "--list").out.split()
    assert call("new", "mine").code == Exit.OK
    assert call("validate", "mine").code == Exit.OK
    assert call("new", "mine").code == Exit.INPUT


def test_a_locked_run_is_exit_2(call, here: Path) -> None:
    from cargopool.runs.folder import RunFolder

    held = RunFolder.open(here / "week")
    done = call("solve", "case", "--out", "week")
    held.leave()
    assert done.code == Exit.INPUT
    assert "another process" in done.err


def test_output_that_cannot_be_written_is_exit_7(call, here: Path) -> None:
    (here / "file").write_text("")
    assert call("solve", "case", "--out", "file/run").code == Exit.OUTPUT


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_stdout_is_exit_7_without_a_traceback() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "cargopool", "schema"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == Exit.OUTPUT
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_quiet() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "cargopool", "schema"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.returncode == Exit.OUTPUT
    assert done.stderr == ""


def test_an_internal_error_is_exit_1_and_debug_shows_it(call, here: Path, monkeypatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("engine \x1b[31mtrouble")

    monkeypatch.setattr("cargopool.optimiser.solving.solve", fail)
    plain = call("solve", "case", "--out", "a")
    assert plain.code == Exit.INTERNAL
    assert "engine \\x1b[31mtrouble" in plain.err
    assert "Traceback" not in plain.err
    assert "Traceback" in call("solve", "case", "--out", "a", "--debug").err


@pytest.mark.parametrize(
    ("status", "unserved", "interrupted", "strict", "code"),
    [
        ("infeasible", 6, True, True, Exit.INFEASIBLE),
        ("no_plan", 6, False, True, Exit.NO_PLAN),
        ("no_plan", 6, True, True, Exit.INTERRUPTED),
        ("feasible", 1, True, True, Exit.UNSERVED),
        ("feasible", 1, True, False, Exit.INTERRUPTED),
        ("feasible", 1, False, False, Exit.OK),
        ("optimal", 0, False, True, Exit.OK),
    ],
)
def test_precedence_of_exit_codes(status, unserved, interrupted, strict, code) -> None:
    from types import SimpleNamespace

    outcome = SimpleNamespace(record={"status": status, "shipments": {"unserved": unserved}}, interrupted=interrupted)
    assert exit_of_run(outcome, fail_on_unserved=strict) == code


def test_no_color_and_no_escape_codes_in_a_pipe(here: Path) -> None:
    command = [sys.executable, "-m", "cargopool", "report", "week"]
    forced = subprocess.run(
        command, env=os.environ | {"NO_COLOR": "1", "TERM": "xterm"}, capture_output=True, check=True
    )
    assert b"\x1b" not in forced.stdout + forced.stderr
