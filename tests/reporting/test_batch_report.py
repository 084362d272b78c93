"""The report of a batch: differences by hand, what may not be compared, and a harmless page."""

from html.parser import HTMLParser

import pytest

from cargopool.reporting.batch_figures import (
    ComparedBatch,
    RunRow,
    compare_batch,
    comparison_table,
    effects_table,
)
from cargopool.reporting.batch_html import render_batch
from cargopool.reporting.batch_view import make_view, shown_effects, shown_rows
from cargopool.reporting.html import source_hash
from hostile import ATTACKS

PRICE = "objective.carbon_price_eur_per_t"


def row(variant: str, price: str, seed: int, cost: float | None, unserved: tuple[str, ...] = (), **more) -> RunRow:
    figures = {} if cost is None else {"cost_eur": cost, "objective_eur": cost + 10, "co2e_kg": cost / 2, "gap": 0.01}
    return RunRow(
        name=f"{variant}-{price}-{seed}",
        scenario=more.get("scenario", "week"),
        levels=(("variant", variant), (PRICE, price), ("params", "default")),
        seed=seed,
        state="done" if figures else "failed",
        status="feasible" if figures else "failed",
        figures=figures,
        unserved=frozenset(unserved),
    )


@pytest.fixture
def compared() -> ComparedBatch:
    return compare_batch(
        [
            row("base", "100", 1, 1000.0),
            row("base", "100", 2, 1200.0),
            row("base", "0", 1, 900.0),
            row("base", "0", 2, 1000.0),
            row("dry", "100", 1, 1500.0),
            row("dry", "100", 2, 1500.0),
            row("dry", "0", 1, 700.0, ("S1",)),
            row("dry", "0", 2, None),
        ]
    )


def test_points_are_means_over_the_seeds_against_the_base(compared: ComparedBatch) -> None:
    base, free, _dry, both = compared.points
    assert [point.label for point in compared.points] == ["base", f"{PRICE} = 0", "dry", f"dry, {PRICE} = 0"]
    assert (base.spreads["cost_eur"].mean, base.spreads["cost_eur"].least) == (1100.0, 1000.0)
    assert free.spreads["cost_eur"].mean == 950.0
    assert (both.runs, both.done) == (2, 1)
    assert [point.comparable for point in compared.points] == [True, True, True, False]
    rows = {(r["what_if"], r["figure"]): r for r in comparison_table(compared).records()}
    assert rows["dry", "cost_eur"]["difference"] == 400.0
    assert rows["dry", "cost_eur"]["difference_share"] == pytest.approx(400 / 1100, abs=1e-6)
    assert rows[f"dry, {PRICE} = 0", "cost_eur"]["comparable"] == 0


def test_effects_pair_runs_that_differ_in_nothing_else(compared: ComparedBatch) -> None:
    found = {(r["axis"], r["value"], r["figure"]): r for r in effects_table(compared).records()}
    free = found[PRICE, "0", "cost_eur"]
    # base seed 1: 900 - 1000; base seed 2: 1000 - 1200; dry seed 1: 700 - 1500; dry seed 2 has no plan
    assert (free["pairs"], free["least"], free["most"]) == (3, -800.0, -100.0)
    assert free["mean"] == pytest.approx(-1100 / 3, abs=1e-6)
    assert free["comparable"] == 0
    dry = found["variant", "dry", "cost_eur"]
    assert (dry["pairs"], dry["mean"]) == (3, pytest.approx((500 + 300 - 200) / 3))


def test_money_of_other_shipments_served_is_not_compared(compared: ComparedBatch) -> None:
    shown = shown_rows(compared, "week")
    assert shown[2].cells[1].difference == "+36.4 %"
    assert shown[3].cells[1].difference == ""
    assert "not comparable" in shown[3].note
    effects = shown_effects(compared, "week")
    assert len(effects) == 2
    view = make_view("b", compared, [], [])
    panel = next(p for p in view.scenarios[0].tornadoes if p.title == "Cost")
    assert "other shipments served" in panel.bars[0].value
    assert panel.bars[0].mood == ""
    assert all(bar.start >= 0 and bar.start + bar.width <= 100.01 for bar in panel.bars)


def test_scenarios_have_bases_of_their_own() -> None:
    found = compare_batch([row("base", "1", 1, 10.0, scenario="a"), row("base", "1", 1, 30.0, scenario="b")])
    assert found.scenarios == ("a", "b")
    assert [point.label for point in found.points] == ["base", "base"]
    assert found.effects == ()


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.styles: list[str] = []
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "style":
            self.styles.append(data)


def test_hostile_names_stay_text_and_no_script_runs() -> None:
    rows = [row(attack, "1", number, 10.0, scenario=f"{attack}s") for number, attack in enumerate(ATTACKS)]
    rows += [row("base", attack, 99, 11.0, scenario=f"{ATTACKS[0]}s") for attack in ATTACKS]
    failures = [(attack, attack) for attack in ATTACKS]
    text = render_batch(make_view(ATTACKS[0], compare_batch(rows), failures, failures))
    page = Page(text)
    for tag, attributes in page.tags:
        assert tag not in ("script", "img", "iframe", "object", "embed", "link", "base", "form", "b", "a"), tag
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "href")]
    assert not set(text) & {"\x00", "\x07", "\x08", "\x1b", "\x9b", "\u202e", "\u2028"}
    (policy,) = [a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == (
        f"default-src 'none'; style-src '{source_hash(''.join(page.styles))}'; base-uri 'none'; form-action 'none'"
    )


def test_an_empty_batch_still_has_a_page() -> None:
    assert "No run yet" in render_batch(make_view("b", compare_batch([]), [], []))
