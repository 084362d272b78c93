"""A scenario in which every text is an attack, through every output of a run and of the command line."""

import csv
import io
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from cargopool.cli import main
from cargopool.cli.output import print_findings
from cargopool.cli.summary import print_summary
from cargopool.cli.tables import print_grid, print_tables
from cargopool.errors import Diagnostic
from cargopool.files import read_csv, read_scenario, write_scenario
from cargopool.model.result import BoundScope, Result, Status, Termination
from cargopool.reporting.comparison import compare
from cargopool.reporting.geojson import make_geojson
from cargopool.reporting.tables import make_tables
from cargopool.reporting.text import file_name, printable
from cargopool.runs import to_json
from cargopool.runs.comparing import Comparison
from cargopool.runs.folder import RunFolder
from cargopool.runs.record import RunFacts, make_record
from hostile import ATTACKS, attacked
from small_case import small_plan, small_scenario

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
FORMULA = re.compile(r"[=+\-@\t\r]")


@pytest.fixture(scope="module")
def case():
    scenario = small_scenario()
    bad, plan, texts = attacked(scenario, small_plan(scenario))
    result = Result(
        status=Status.FEASIBLE,
        termination=Termination.TIME,
        plan=plan,
        bound_eur=1.0,
        gap=0.9,
        bound_scope=BoundScope(),
    )
    facts = RunFacts(
        input_sha256="0" * 64,
        seed=1,
        params={},
        stop={},
        reproducible=True,
        seconds={"total": 1.0, "optimise": 1.0},
        peak_memory_mb=None,
        verified=True,
    )
    return bad, plan, texts, make_record(bad, result, Comparison(reason="none"), facts)


def test_the_terminal_gets_plain_text_only(case, capsys: pytest.CaptureFixture[str]) -> None:
    scenario, plan, texts, record = case
    print_summary(scenario, plan, record, Path("a\x1b[2J"))
    print_tables(scenario, plan)
    print_grid("\x1b]0;t\x07", ["a\x9b"], [["[red]\u202e"]])
    print_findings([Diagnostic("E1", text, text, text) for text in sorted(texts)])
    shown = capsys.readouterr()
    assert not CONTROL.search(shown.out + shown.err)
    assert "[bold red]markup[/bold red]" in shown.err


def test_spreadsheets_get_no_formula_and_the_text_comes_back(case, tmp_path: Path) -> None:
    scenario, plan, texts, _record = case
    folder = RunFolder.open(tmp_path / "run")
    back: set[str] = set()
    for table in make_tables(scenario, plan):
        folder.write_table(table)
        path = folder.path(f"{table.name}.csv")
        raw = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        numbers = [
            {type(row[at]) for row in table.rows} <= {int, float, type(None)} for at in range(len(table.columns))
        ]
        for row in raw[1:]:
            assert not [cell for at, cell in enumerate(row) if FORMULA.match(cell) and not numbers[at]]
        names, rows = read_csv(path)
        assert names == table.names
        assert [[("" if v is None else v) for v in row if not isinstance(v, int | float)] for row in table.rows] == [
            [cell for cell, v in zip(row, given, strict=True) if not isinstance(v, int | float)]
            for row, given in zip(rows, table.rows, strict=True)
        ]
        back |= {cell for row in rows for cell in row}
    folder.leave()
    assert set(scenario.shipments) <= back
    assert len(back & texts) > 12


def test_json_files_hold_the_text_as_text(case) -> None:
    scenario, plan, texts, record = case
    found = json.loads(to_json(make_geojson(scenario, plan)))
    assert {f["properties"].get("id") for f in found["features"]} & texts
    assert json.loads(to_json(record))["scenario"] in texts


def test_comparison_of_hostile_runs(case) -> None:
    scenario, plan, _texts, record = case
    found = compare([("a", record, scenario, plan), ("b", record, scenario, None)])
    assert not found.changes[0].comparable
    assert json.loads(json.dumps(found.as_dict()))


@pytest.mark.parametrize("text", ["../../etc/passwd", "CON", "a/b\\c:d", "\x00", "ä" * 300, "", ".", "ID", "id"])
def test_ids_become_harmless_file_names(text: str) -> None:
    name = file_name(text)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", name)
    assert file_name(text + " ") != name


def test_printable_shows_what_a_terminal_would_act_on() -> None:
    assert printable("a\x1b[31m\u202e\u2028\x9b\n") == "a\\x1b[31m\\u202e\\u2028\\x9b\\x0a"
    assert printable("Köln – Łódź 東京") == "Köln – Łódź 東京"


@pytest.fixture(scope="module")
def hostile_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario folder whose names, operators, notes, shippers and shipment ids are attacks."""
    attacks = itertools.cycle(text.replace("\x00", "") for text in ATTACKS)
    scenario = small_scenario()
    shipments = {}
    for number, shipment in enumerate(scenario.shipments.values()):
        name = "".join(c for c in f"{ATTACKS[number]}{number}" if c.isprintable())
        shipments[name] = replace(shipment, id=name, shipper=next(attacks))
    folder = tmp_path_factory.mktemp("hostile") / "case"
    hubs = {key: replace(hub, name=next(attacks)) for key, hub in scenario.hubs.items()}
    services = {key: replace(s, name=next(attacks), operator=next(attacks)) for key, s in scenario.services.items()}
    bad = {"name": "=<script>\x1b[2J", "notes": next(attacks), "hubs": hubs, "services": services}
    write_scenario(replace(scenario, shipments=shipments, **bad), folder)
    return folder


def test_a_hostile_scenario_goes_through_the_whole_command_line(
    hostile_files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    ids = list(read_scenario(hostile_files).shipments)
    assert main(["validate", str(hostile_files)]) == 0
    assert main(["solve", str(hostile_files), "--out", str(run), "--no-baselines", "--time-limit", "20", "-v"]) == 0
    assert main(["check", str(run)]) == 0
    assert main(["report", str(run), "--html"]) == 0
    assert main(["compare", str(run), str(run)]) == 0
    for shipment in ids:
        assert main(["explain", str(run), f"--shipment={shipment}"]) == 0
    assert main(["solve", str(run / "scenario"), "--out", str(tmp_path / "again"), "--no-baselines", "--quiet"]) == 0
    shown = capsys.readouterr()
    assert not CONTROL.search(shown.out + shown.err)
    for path in run.glob("*.csv"):
        for row in list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))[1:]:
            assert not [cell for cell in row if FORMULA.match(cell) and not re.fullmatch(r"-?[\d.]+", cell)]
    assert not CONTROL.search((run / "solve.log").read_text())
    html = (run / "report.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<script", html)) == 2
    assert not re.search(r"<(img|iframe|link|object)\b", html)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "run"]
    first, again = (json.loads((tmp_path / name / "run.json").read_text()) for name in ("run", "again"))
    assert first["input_sha256"] == again["input_sha256"]
