"""The cross product: names, keys, and every input error at once before anything runs."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_case import FACTS, QUICK, cells_of
from cargopool.batches.matrix import Limits, MatrixRequest, expand
from cargopool.batches.names import plain_part, run_name
from cargopool.batches.ranges import parse_axis, parse_seeds, split_top
from cargopool.errors import InputError

SCENARIOS = Path(__file__).parents[2] / "scenarios"
QUICKSTART = SCENARIOS / "quickstart"
PRICE = "objective.carbon_price_eur_per_t"


def test_three_by_four_by_two_are_24_named_runs(tmp_path: Path) -> None:
    for name in ("plain", "hurried", "wide"):
        (tmp_path / f"{name}.toml").write_text('method = "exact"\n')
    cells = cells_of(
        QUICKSTART,
        variants=("all",),
        params=tuple(tmp_path / f"{name}.toml" for name in ("plain", "hurried", "wide")),
        seeds=(1, 2),
    )
    assert len(cells) == 24
    assert len({cell.name for cell in cells}) == 24
    assert cells[0].name == "quickstart__plain__s1"
    assert "quickstart__no-train-to-bologna__wide__s2" in {cell.name for cell in cells}
    assert {cell.coordinates["variant"] for cell in cells} == {
        "base",
        "carbon-0",
        "carbon-200",
        "no-train-to-bologna",
    }


def test_values_of_two_paths_are_crossed_and_named() -> None:
    rail = "services[mode=rail].capacity_factor"
    cells = cells_of(QUICKSTART, settings=(f"{PRICE}=0,100", f"{rail}=0.5,1"))
    assert [cell.coordinates["set"] for cell in cells] == [
        {PRICE: price, rail: factor} for price in (0, 100) for factor in (0.5, 1)
    ]
    assert cells[1].name == "quickstart__carbon-price-eur-per-t-0__capacity-factor-1__s1"
    prices = {cell.case.scenario.objective.carbon_price_eur_per_t for cell in cells}
    assert prices == {0, 100}


def test_two_paths_with_one_tail_get_names_of_their_own() -> None:
    rail, road = "services[id=Q1].capacity_factor", "services[id=Q2].capacity_factor"
    cells = cells_of(QUICKSTART, settings=(f"{rail}=1,0.5", f"{road}=1,0.5"))
    assert len({cell.name for cell in cells}) == 4


def test_the_key_follows_everything_a_result_depends_on(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("threads = 2\n")
    plain = cells_of(QUICKSTART)[0]
    others = [
        cells_of(QUICKSTART, variants=("carbon-0",))[0],
        cells_of(QUICKSTART, settings=(f"{PRICE}=17",))[0],
        cells_of(QUICKSTART, params=(tmp_path / "p.toml",))[0],
        cells_of(QUICKSTART, seeds=(2,))[0],
        cells_of(QUICKSTART, limits=replace(QUICK, gap=0.5))[0],
        cells_of(QUICKSTART, limits=replace(QUICK, time_limit=6.0))[0],
        cells_of(QUICKSTART, limits=Limits(time_limit=None, work_limit=9))[0],
        *(cells_of(QUICKSTART, facts={**FACTS, name: "other"})[0] for name in FACTS),
    ]
    keys = [plain.key, *(cell.key for cell in others)]
    assert len(set(keys)) == len(keys)
    assert cells_of(QUICKSTART)[0].key == plain.key
    assert cells_of(QUICKSTART, settings=(f"{PRICE}=100",))[0].key == plain.key, "100 is the file's own value"


def codes(request: MatrixRequest) -> list[str]:
    with pytest.raises(InputError) as caught:
        expand(request, FACTS)
    return sorted(finding.code for finding in caught.value.diagnostics)


def test_all_input_errors_come_at_once_and_each_once(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("threads = 0\nno_such = 1\n")
    request = MatrixRequest(
        files=(QUICKSTART, tmp_path / "missing"),
        variants=("base", "nix"),
        settings=(parse_axis("objective.no_such=1,2"), parse_axis("services[id=ZZ].capacity_factor=1")),
        params=(tmp_path / "bad.toml", tmp_path / "none.toml"),
        seeds=(1, 2),
    )
    found = codes(request)
    assert {"E0101", "E0402", "E0404", "E0201", "E1901", "E1902"} <= set(found)
    assert found.count("E0402") == found.count("E0101") == 1


@pytest.mark.parametrize(
    "twice",
    [
        {"seeds": (1, 1)},
        {"variants": ("base", "base")},
        {"files": (QUICKSTART, QUICKSTART / "scenario.yaml")},
        {"settings": (parse_axis(f"{PRICE}=1,1"),)},
    ],
    ids=str,
)
def test_duplicate_names_are_refused(twice) -> None:
    assert "E2031" in codes(MatrixRequest(**{"files": (QUICKSTART,), **twice}))


def test_two_files_of_one_folder_name_are_refused(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(QUICKSTART, tmp_path / "quickstart")
    assert "E2031" in codes(MatrixRequest(files=(QUICKSTART, tmp_path / "quickstart")))


def test_a_path_given_twice_and_an_empty_matrix_are_refused() -> None:
    axes = (parse_axis(f"{PRICE}=1"), parse_axis(f"{PRICE}=2"))
    assert "E2030" in codes(MatrixRequest(files=(QUICKSTART,), settings=axes))
    assert codes(MatrixRequest(files=())) == ["E2030"]


def test_seeds() -> None:
    assert parse_seeds("1..5") == (1, 2, 3, 4, 5)
    assert parse_seeds("7") == (7,)
    assert parse_seeds("1..2, 9") == (1, 2, 9)
    for wrong in ("", "5..1", "a", "1..", "-1", "1..99999999", "1.5"):
        with pytest.raises(InputError):
            parse_seeds(wrong)


def test_lists_of_values() -> None:
    path, values = parse_axis("services[mode=rail,id=Q1].capacity_factor=0.5, 1")
    assert path == "services[mode=rail,id=Q1].capacity_factor"
    assert values == (("0.5", 0.5), ("1", 1))
    assert parse_axis("conditions.closed_services=[Q1,Q2],[]")[1] == (("[Q1,Q2]", ["Q1", "Q2"]), ("[]", []))
    assert [value for _, value in parse_axis('name="a,b",c')[1]] == ["a,b", "c"]
    assert split_top("a,{b: [c, d]},'e,f'") == ["a", "{b: [c, d]}", "'e,f'"]
    for wrong in ("", "x", "=1", "a[b=1,2"):
        with pytest.raises(InputError):
            parse_axis(wrong)


@given(st.lists(st.text(max_size=60), min_size=2, max_size=2, unique=True))
def test_two_texts_never_share_a_part_and_every_name_is_a_plain_file_name(texts: list[str]) -> None:
    first, second = map(plain_part, texts)
    assert first.casefold() != second.casefold()
    for name in (first, second, run_name([*texts, "s1"])):
        assert name.isascii()
        assert not set(name) & set('/\\:*?"<>| \t\n\0')
        assert 0 < len(name) <= 140
