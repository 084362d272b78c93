"""Load plans against brute force, and each rule by itself."""

import itertools
import random
import subprocess
import sys
from dataclasses import replace

import pytest

from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.plan import DepartureStage, Move, RoadStage
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Horizon, Scenario
from cargopool.model.shipment import Shipment
from cargopool.packing import Packing, PackItem, UnitLimits, item_of, limits_of, pack, vetoes
from cargopool.packing.greedy import pack_balanced, pack_greedily
from scale import scaled


def shipment(name: str, pallets: float, kg: int, **rest: object) -> Shipment:
    return Shipment(
        id=name,
        shipper=rest.pop("shipper", name),
        origin="A",
        destination="B",
        pallets_milli=round(pallets * 1000),
        kg=kg,
        ready_min=0,
        due_min=9999,
        latest_min=9999,
        **rest,
    )


UNIT = UnitLimits(size=(4000, 2400, 10**9, 10**9))


def check(limits: UnitLimits, items: list[PackItem], packing: Packing) -> None:
    """The verifier's view of a load plan: written without the packer's own arithmetic."""
    seen: dict[int, list[int]] = {i: [] for i in range(len(items))}
    for use in packing.uses:
        assert len(use) == limits.units
        assert use[0]
        use_kg = 0
        for unit in use:
            totals = [0, 0, 0, 0]
            for piece in unit:
                seen[piece.item].extend(range(piece.first, piece.first + piece.atoms))
                size = quantity_of(items[piece.item].shipment, piece.first, piece.atoms).as_tuple()
                totals = [a + b for a, b in zip(totals, size, strict=True)]
            inside = {piece.item for piece in unit}
            if any(items[i].sealed for i in inside):
                assert len(inside) == 1
                assert sum(piece.atoms for piece in unit) == 1
                assert totals[1] <= limits.size[1]
            else:
                assert all(t <= room for t, room in zip(totals, limits.size, strict=True))
            assert not any(vetoes(items[i].shipment, items[j].shipment) for i in inside for j in inside)
            use_kg += totals[1]
        assert use_kg <= limits.use_kg
    for i, item in enumerate(items):
        first = item.groups[0].first
        assert sorted(seen[i]) == list(range(first, first + item.atoms))
        if item.together:
            assert sum(any(p.item == i for p in unit) for use in packing.uses for unit in use) == 1


def brute_force(limits: UnitLimits, items: list[PackItem], most: int) -> int | None:
    """Fewest uses by trying every assignment of atoms (or parts that stay together) to units, cut by symmetry."""
    blocks: list[tuple[int, tuple[int, int, int, int]]] = []
    for i, item in enumerate(items):
        first = item.groups[0].first
        if item.together:
            blocks.append((i, quantity_of(item.shipment, first, item.atoms).as_tuple()))
            continue
        for atom in range(first, first + item.atoms):
            size = quantity_of(item.shipment, atom, 1).as_tuple()
            blocks.append((i, (0, size[1], 0, 0) if item.sealed else size))

    def place(at: int, units: list[list[int]], inside: list[set[int]], uses: int) -> bool:
        if at == len(blocks):
            return True
        i, size = blocks[at]
        for u in range(uses * limits.units):
            use = u // limits.units
            kg = sum(units[v][1] for v in range(use * limits.units, (use + 1) * limits.units))
            if items[i].sealed and inside[u]:
                continue
            if kg + size[1] > limits.use_kg:
                continue
            if any(vetoes(items[i].shipment, items[j].shipment) for j in inside[u]):
                continue
            if any(s and a + s > room for a, s, room in zip(units[u], size, limits.size, strict=True)):
                continue
            before, had = list(units[u]), i in inside[u]
            units[u] = [a + s for a, s in zip(units[u], size, strict=True)]
            inside[u].add(i)
            if place(at + 1, units, inside, uses):
                return True
            units[u] = before
            if not had:
                inside[u].discard(i)
            if not any(before) and not had and limits.units == 1:
                return False
        return False

    for uses in range(1, most + 1):
        units = uses * limits.units
        if place(0, [[0, 0, 0, 0] for _ in range(units)], [set() for _ in range(units)], uses):
            return uses
    return None


def random_case(rng: random.Random) -> tuple[UnitLimits, list[PackItem]]:
    pair = rng.random() < 0.3
    size = (rng.choice([3000, 4000]), rng.choice([1500, 2400]), rng.choice([4000, 10**6]), 10**9)
    limits = UnitLimits(size=size, units=2 if pair else 1, use_kg=rng.choice([2000, 3000, 10**6]) if pair else 10**6)
    items = []
    for n in range(rng.randint(1, 4)):
        one = shipment(
            f"S{n}",
            rng.choice([0.5, 1, 1.4, 2, 3]),
            rng.randint(0, 2000),
            volume_m3_milli=rng.choice([0, rng.randint(0, 3500)]),
            keep_together=rng.random() < 0.3,
            shipper=rng.choice("PQR"),
            goods_class=rng.choice(["01", "08", ""]),
            veto_shippers=frozenset(rng.sample("PQR", rng.choice([0, 0, 1]))),
            veto_goods=frozenset(rng.choice([[], [], ["08"]])),
        )
        items.append(item_of(one))
    return limits, items


def test_fewest_uses_agree_with_brute_force() -> None:
    rng = random.Random(20261120)
    needs_exact = 0
    for _ in range(scaled(150, 2000)):
        limits, items = random_case(rng)
        packing = pack(limits, items)
        truth = brute_force(limits, items, 6)
        if packing is None:
            assert truth is None
            continue
        check(limits, items, packing)
        assert packing.fewest
        assert packing.count == truth
        totals = [sum(item.total[d] for item in items) for d in range(4)]
        rows = max(-(-totals[d] // (limits.size[d] * limits.units)) for d in range(4))
        needs_exact += packing.count > rows
    assert needs_exact > 10


def test_weights_that_no_order_of_first_fit_packs() -> None:
    # 6 + 4, 5 + 3 + 2 = 10 each, but first-fit by size gives 6 + 4 | 5 + 3 + 2 too; these need a search.
    weights = [44, 24, 24, 22, 21, 17, 8, 8, 6, 6]
    limits = UnitLimits(size=(100_000, 60, 10**9, 10**9))
    items = [item_of(shipment(f"S{n}", 1, kg)) for n, kg in enumerate(weights)]
    packing = pack(limits, items)
    assert packing is not None
    assert packing.count == brute_force(limits, items, 5) == 3
    check(limits, items, packing)


HARD = [
    (1, 57, True, [(1, 16), (1, 25), (1, 15), (2, 28), (1, 18), (2, 9)], 2),
    (1, 57, False, [(1, 15), (1, 11), (1, 19), (2, 15), (1, 11), (2, 23), (1, 20)], 2),
    (2, 80, True, [(2, 11), (1, 10), (1, 15), (1, 17), (1, 17), (2, 7)], 1),
    (2, 100, False, [(1, 9), (1, 11), (2, 16), (1, 16), (1, 22), (1, 22)], 1),
]
"""Units per use, kg per use, together?, (pallets, kg) of each part, fewest uses: first-fit needs one use more."""


@pytest.mark.parametrize(("units", "use_kg", "together", "parts", "fewest"), HARD)
def test_an_exact_plan_beats_first_fit(
    units: int, use_kg: int, together: bool, parts: list[tuple[int, int]], fewest: int
) -> None:
    unit_kg = {57: 60, 80: 40, 100: 50}[use_kg]
    limits = UnitLimits(size=(100_000, unit_kg, 10**9, 10**9), units=units, use_kg=use_kg)
    loads = [shipment(f"S{n}", pallets, kg, keep_together=together) for n, (pallets, kg) in enumerate(parts)]
    items = [item_of(one) for one in loads]
    assert len(pack_greedily(limits, items, [])) == fewest + 1
    packing = pack(limits, items)
    assert packing is not None
    assert (packing.count, packing.fewest) == (fewest, True)
    check(limits, items, packing)
    assert pack(limits, items, uses=fewest) is not None
    assert pack(limits, items, uses=fewest - 1) is None


def test_heavy_and_light_pallets_share_units() -> None:
    # Three heavy pallets fill the mass of a unit and leave a place; with two heavy and two light ones both run out.
    items = [item_of(shipment("H", 4, 3200), 1, 0, 4), item_of(shipment("L", 4, 1600), 1, 0, 4)]
    assert len(pack_greedily(UNIT, items, [])) == 3
    balanced = pack_balanced(UNIT, items, [])
    assert balanced is not None
    assert len(balanced) == 2
    check(UNIT, items, Packing(tuple(tuple(tuple(unit) for unit in use) for use in balanced), True, 2))


def test_balanced_units_are_legal_and_whole() -> None:
    draw = random.Random(7)
    for _ in range(scaled(60, 2000)):
        items = [
            item_of(shipment(f"S{n}", pallets := draw.randint(1, 9), pallets * draw.randint(20, 600)), 1, 0, pallets)
            for n in range(draw.randint(1, 9))
        ]
        balanced = pack_balanced(UNIT, items, [])
        assert balanced is not None
        uses = tuple(tuple(tuple(unit) for unit in use) for use in balanced)
        check(UNIT, items, Packing(uses, False, 1))


def test_what_must_not_mix_is_not_balanced() -> None:
    together = item_of(shipment("T", 2, 200, keep_together=True), 1, 0, 2)
    assert pack_balanced(UNIT, [together], []) is None
    loose = [item_of(shipment(name, 2, 200), 1, 0, 2) for name in "AB"]
    assert pack_balanced(UNIT, loose, [(0, 1)]) is None


def test_without_work_the_answer_is_honest() -> None:
    units, use_kg, together, parts, fewest = HARD[1]
    limits = UnitLimits(size=(100_000, 60, 10**9, 10**9), units=units, use_kg=use_kg)
    items = [item_of(shipment(f"S{n}", p, kg, keep_together=together)) for n, (p, kg) in enumerate(parts)]
    packing = pack(limits, items, work=0)
    assert packing is not None
    check(limits, items, packing)
    assert packing.least <= fewest <= packing.count
    assert packing.fewest == (packing.least == packing.count)


def test_one_unit_takes_exactly_its_room() -> None:
    packing = pack(UNIT, [item_of(shipment("S", 4, 2400))])
    assert packing is not None
    assert packing.count == 1
    assert pack(UNIT, [item_of(shipment("S", 4, 2404))], uses=1) is None
    over = pack(UNIT, [item_of(shipment("S", 4, 2404))])
    assert over is not None
    assert over.count == 2


def test_spill_over_units_unless_kept_together() -> None:
    pair = [shipment("S", 3, 900), shipment("T", 3, 900), shipment("U", 2, 600)]
    spilling = pack(UNIT, [item_of(s) for s in pair])
    together = pack(UNIT, [item_of(replace(s, keep_together=True)) for s in pair])
    assert spilling is not None
    assert together is not None
    assert (spilling.count, together.count) == (2, 3)


def test_a_part_that_stays_together_and_fits_no_unit_never_packs() -> None:
    assert pack(UNIT, [item_of(shipment("S", 5, 100, keep_together=True))]) is None
    assert pack(UNIT, [item_of(shipment("S", 1, 2401))]) is None


def test_vetoes_are_mutual_and_per_unit() -> None:
    one = shipment("S", 1, 10, shipper="P", veto_shippers=frozenset({"Q"}))
    other = shipment("T", 1, 10, shipper="Q")
    third = shipment("U", 1, 10, shipper="R", goods_class="08", veto_goods=frozenset({"08"}))
    assert vetoes(one, other)
    assert vetoes(other, one)
    assert not vetoes(third, third)
    for items in ([one, other], [other, one]):
        packing = pack(UNIT, [item_of(s) for s in items])
        assert packing is not None
        assert packing.count == 2


def test_two_swap_bodies_share_the_truck_limit() -> None:
    items = [item_of(shipment("S", 4, 2000)), item_of(shipment("T", 4, 2000))]
    both = pack(UnitLimits(size=UNIT.size, units=2, use_kg=4000), items)
    heavy = pack(UnitLimits(size=UNIT.size, units=2, use_kg=3999), items)
    assert both is not None
    assert heavy is not None
    assert (both.count, heavy.count) == (1, 2)


def test_the_second_swap_body_may_stay_empty() -> None:
    packing = pack(UnitLimits(size=UNIT.size, units=2, use_kg=4000), [item_of(shipment("S", 2, 100))])
    assert packing is not None
    assert [len(unit) for unit in packing.uses[0]] == [1, 0]


def test_sealed_units_ride_one_by_one() -> None:
    sealed = shipment("S", 0, 3000, load_unit="u", load_units=3)
    packing = pack(UNIT, [item_of(sealed)])
    pairs = pack(UnitLimits(size=UNIT.size, units=2, use_kg=2000), [item_of(sealed)])
    assert packing is not None
    assert pairs is not None
    assert (packing.count, pairs.count) == (3, 2)


def test_groups_follow_the_sizes_of_atoms() -> None:
    one = shipment("S", 4.5, 103, volume_m3_milli=12)
    for first, atoms in itertools.product(range(5), range(1, 6)):
        if first + atoms > one.atoms:
            continue
        item = item_of(one, 1, first, atoms)
        flat = [group.size for group in item.groups for _ in range(group.count)]
        assert flat == [quantity_of(one, first + n, 1).as_tuple() for n in range(atoms)]
        assert item.total == quantity_of(one, first, atoms).as_tuple()


def test_equal_input_gives_equal_plans() -> None:
    rng = random.Random(5)
    for _ in range(20):
        limits, items = random_case(rng)
        assert pack(limits, items) == pack(limits, list(items))


@pytest.mark.parametrize(
    ("weight_class", "haulage", "expected"),
    [(None, False, 26_000), (20_000, False, 16_000), (None, True, 24_500), (29_000, True, 24_500)],
)
def test_limits_of_a_scheduled_or_door_move(weight_class: int | None, haulage: bool, expected: int) -> None:
    scenario = world()
    ride = DepartureStage(
        service="R", run_date="2026-11-23", origin="A", destination="B", slot="spot",
        closing_min=0, depart_min=1, arrive_min=2, pick_up_ready_min=3,
    )  # fmt: skip
    truck = RoadStage(purpose="haulage_in", vehicle="T", origin="B", destination="D", depart_min=4, arrive_min=5)
    move = Move(
        id="m", kind="door", origin="A", destination="D", unit_type="u", stages=(ride, truck) if haulage else (ride,),
        latest_min=0, available_min=5, max_gross_kg=weight_class,
    )  # fmt: skip
    assert limits_of(scenario, move).size == (33_000, expected, 80_000, 13_600)
    assert limits_of(scenario, move).units == 1


def test_limits_of_a_truck_with_two_swap_bodies() -> None:
    scenario = world()
    truck = RoadStage(purpose="main", vehicle="T", origin="A", destination="B", depart_min=4, arrive_min=5)
    move = Move(
        id="m", kind="road", origin="A", destination="B", unit_type="u", stages=(truck,),
        latest_min=4, available_min=5, units_per_move=2,
    )  # fmt: skip
    limits = limits_of(scenario, move)
    assert (limits.units, limits.size[1], limits.use_kg) == (2, 26_000, 40_000 - 15_500 - 2 * 4_000)


def world() -> Scenario:
    from datetime import UTC, datetime

    unit = LoadUnitType(
        id="u", name="unit", kind="swap_body", pallets_milli=33_000, payload_kg=26_000, volume_m3_milli=80_000,
        loading_metres_milli=13_600, tare_kg=4_000, teu_milli=2_250, length_m=13.7, per_truck=2,
    )  # fmt: skip
    vehicle = RoadVehicle(id="T", name="truck", unit_types=frozenset({"u"}), tractor_kg=15_500)
    horizon = Horizon(start=datetime(2026, 11, 23, tzinfo=UTC), end=datetime(2026, 11, 30, tzinfo=UTC))
    return Scenario(name="w", horizon=horizon, load_units={"u": unit}, vehicles={"T": vehicle})


def test_exact_plans_load_no_data_frames() -> None:
    asked = "import sys; from cargopool.packing.programme import Programme, Solver; Solver(1.0).solve(Programme())"
    loaded = subprocess.run(
        [sys.executable, "-c", f"{asked}; print('pandas' in sys.modules)"], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "False"
