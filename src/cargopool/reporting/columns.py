"""Names, units and meanings of every column of a run folder's tables; docs/run-folder.md repeats them."""

from __future__ import annotations

from cargopool.reporting.sheets import Column, Table


def text_column(name: str, meaning: str, unit: str = "") -> Column:
    """A column of text."""
    return Column(name, unit, meaning)


def number_column(name: str, unit: str, meaning: str) -> Column:
    """A column of numbers."""
    return Column(name, unit, meaning)


_text, _number = text_column, number_column


_SHIPMENT = _text("shipment", "shipment id")
_PART = _number("part", "", "number of the part, from 1; a shipment that is not split has one")
_SHIPPER = _text("shipper", "who hands the shipment over")
_CONFIDENCE = _text(
    "confidence", "how well the rate or factor behind the row is known: verified, derived, memory, synthetic, own"
)
LOCAL = "ISO 8601 with offset"
UTC = "ISO 8601 UTC"
_LOCAL, _UTC = LOCAL, UTC

SHIPMENTS = Table(
    "shipments",
    "One row per shipment of the scenario.",
    (
        _SHIPMENT,
        _SHIPPER,
        _text("origin", "place id"),
        _text("destination", "place id"),
        _number("pallets", "pallets", "size"),
        _number("kg", "kg", "cargo mass"),
        _number("whole_units", "load units", "sealed whole load units handed over, 0 for loose freight"),
        _text("status", "served or unserved"),
        _number("parts", "", "parts that it travels in"),
        _text("modes", "modes of its main runs in the order ridden, joined by +"),
        _text("ready_utc", "earliest hand-over", _UTC),
        _text("due_utc", "agreed delivery", _UTC),
        _text("delivered_utc", "planned delivery of its last part; empty when unserved", _UTC),
        _text("delivered_local", "the same in the destination's local time", _LOCAL),
        _number("late_min", "min", "planned delivery after the agreed one"),
        _number(
            "cost_eur", "EUR", "its own cost lines and its share of its load units' and charters'; adds up to the plan"
        ),
        _number("co2e_kg", "kg CO2e", "its own elements and its share of its load units' and charters', well-to-wheel"),
    ),
)

ITINERARIES = Table(
    "itineraries",
    "One row per step of a shipment part, in travelling order.",
    (
        _SHIPMENT,
        _PART,
        _number("step", "", "number of the step within the part, from 1"),
        _text(
            "kind",
            "collection, load, departure, road, haulage_out, haulage_in, transfer, unload or delivery; "
            "handlings that take no time are left out",
        ),
        _text("mode", "rail, barge, sea or road; empty for handlings"),
        _text("origin", "place id where the step starts"),
        _text("destination", "place id where it ends"),
        _text("start_local", "start in the local time of the origin", _LOCAL),
        _text("end_local", "end in the local time of the destination", _LOCAL),
        _text("start_utc", "start", _UTC),
        _text("end_utc", "end", _UTC),
        _text("move", "move id; empty outside moves"),
        _text("carrier", "service id and run date of a departure, vehicle id of a truck"),
        _text("slot", "allotment, spot, charter or headway for a departure"),
        _number("km", "km", "distance of a truck trip or ride; empty for handlings and tours"),
        _number("pallets", "pallets", "size of the part"),
        _number("kg", "kg", "cargo mass of the part"),
    ),
)

LOAD_UNITS = Table(
    "load_units",
    "One row per content of a load unit on a move; a load unit with three contents has three rows.",
    (
        _text("unit", "load unit id within the plan"),
        _text("move", "move id"),
        _number("truck", "", "number of the move use that it belongs to; the units of one truck share it"),
        _text("unit_type", "load-unit type id"),
        _text("temperature", "ambient, chilled or frozen"),
        _text("segregation", "group whose shipments may share the unit"),
        _text("origin", "place id where the move starts"),
        _text("destination", "place id where it ends"),
        _text("latest_local", "loading must have ended by then", _LOCAL),
        _text("available_local", "unloading may start then", _LOCAL),
        _number("fill", "share", "of the fullest dimension; 1 for sealed units"),
        _text("fullest", "that dimension: pallets, kg, m3, loading metres, or sealed"),
        _text("shipment", "shipment id of the content; empty for an empty second swap body"),
        _PART,
        _SHIPPER,
        _number("first_atom", "", "first pallet (or whole unit) of the shipment in this unit, from 1"),
        _number("atoms", "", "pallets (or whole units) of the shipment in this unit"),
        _number("pallets", "pallets", "of this content"),
        _number("kg", "kg", "of this content"),
        _number("m3", "m3", "of this content"),
        _number("loading_metres", "m", "of this content"),
    ),
)

DEPARTURES = Table(
    "departures",
    "One row per leg of a departure that carries a load unit of the plan.",
    (
        _text("service", "service id"),
        _text("name", "service name"),
        _text("operator", "who runs it"),
        _text("mode", "rail, barge or sea"),
        _text("run_date", "local date of the run's first stop; empty for a headway service"),
        _number("leg", "", "number of the leg within the service, from 1"),
        _text("origin", "hub id"),
        _text("destination", "hub id"),
        _text("depart_local", "departure; empty for a headway service", _LOCAL),
        _text("arrive_local", "arrival; empty for a headway service", _LOCAL),
        _number("units", "load units", "booked"),
        _number("allotment", "load units", "of them on slots already paid"),
        _number("spot", "load units", "of them on slots at the tariff"),
        _number("charter", "load units", "of them on a charter run"),
        _number("headway", "load units", "of them on a headway service"),
        _number("teu", "TEU", "booked"),
        _number("cargo_kg", "kg", "cargo in the units"),
        _number("gross_kg", "kg", "cargo and tare"),
        _number("fill", "share", "of the scarcest capacity that the pool may book; empty when nothing limits it"),
        _text("scarcest", "that capacity: TEU, units, gross mass, length, plugs or slots"),
        _text("confidence", "how well the service is known: verified, derived, memory, synthetic, own"),
    ),
)

TOURS = Table(
    "tours",
    "One row per collection or delivery of a shipment part; in a plan with tours also per part in a hauled load unit.",
    (
        _SHIPMENT,
        _PART,
        _text("kind", "collection (door to hub) or delivery (hub to door); with tours also haulage_out, haulage_in"),
        _text("door", "place id"),
        _text("hub", "hub id"),
        _text("start_local", "collection: start of loading; delivery: departure from the hub", _LOCAL),
        _text("end_local", "collection: arrival at the hub; delivery: end of unloading", _LOCAL),
        _number("pallets", "pallets", "size of the part"),
        _number("kg", "kg", "cargo mass of the part"),
        _text(
            "priced_by", "estimate: by the scenario's collection rates; tour: the tour carries it out at its own cost"
        ),
        _text("tour", "id of the tour that carries it; empty without tours"),
        _text("unit", "load unit hauled; empty for pallets"),
        _text("tour_start_local", "begin of the first work of the tour for it", _LOCAL),
        _text("tour_end_local", "end of the last", _LOCAL),
        _number("share_eur", "EUR", "its share of the tour's cost, by mass x shortest road between door and hub"),
        _number("share_co2e_kg", "kg CO2e", "its share of the tour's CO2e"),
    ),
)

TOUR_STOPS = Table(
    "tour_stops",
    "One row per stop of a tour, in driving order; no rows without tours.",
    (
        _text("tour", "tour id"),
        _text("fleet", "row of the fleet; hired for a hired truck"),
        _number("number", "", "which vehicle of the row, from 1"),
        _text("vehicle", "road vehicle whose prices and energy hold"),
        _number("stop", "", "number of the stop within the tour, from 1"),
        _text("place", "hub or door id"),
        _text(
            "task",
            "start, end or charge; pick_up or drop_off of pallets; take_empty, load, leave_full, take_full, unload or "
            "leave_empty of a unit",
        ),
        _text("shipment", "shipment of the pallets; empty for units"),
        _number("part", "", "its part; empty for units"),
        _text("unit", "load unit; empty for pallets"),
        _number("pallets", "pallets", "picked up or dropped off; 0 for units"),
        _number("kg", "kg", "put on board (positive) or taken off, tare of units included"),
        _number("on_board_kg", "kg", "on board when it drives on"),
        _text("arrive_local", "arrival", _LOCAL),
        _text("start_local", "begin of the work", _LOCAL),
        _text("end_local", "end of the work", _LOCAL),
        _number("km", "km", "from the stop before"),
        _number("drive_min", "min", "driving from the stop before"),
        _number("pause_min", "min", "breaks and rests since the stop before, until the work begins"),
        _number("tail_lift", "", "1 where pallets change hands at a door by the vehicle's own tail-lift, else 0"),
        _number("charged_kwh", "kWh", "charged here; empty for vehicles without a battery"),
        _number("battery_kwh", "kWh", "in the battery when it drives on; empty for vehicles without one"),
    ),
)

UNSERVED = Table(
    "unserved",
    "One row per shipment that the plan leaves out.",
    (
        _SHIPMENT,
        _SHIPPER,
        _text("origin", "place id"),
        _text("destination", "place id"),
        _number("pallets", "pallets", "size"),
        _number("kg", "kg", "cargo mass"),
        _text("reason", "code of the first reason found"),
        _text("text", "the reason in words, and how it was derived"),
    ),
)

COSTS = Table(
    "costs",
    "One row per cost line; the plan's cost is the sum of total_eur.",
    (
        _text("kind", "kind of cost, such as tariff, toll or lift"),
        _text("owner", "move:<id>, part:<shipment>/<part> or run:<service>/<date>"),
        _text("what", "formula in words and numbers"),
        _number("eur", "EUR", "amount of one such move, part or run"),
        _number("count", "", "how many times it applies"),
        _number("total_eur", "EUR", "eur x count"),
        _number("carbon_eur", "EUR", "part of total_eur that already prices carbon"),
        _CONFIDENCE,
    ),
)

EMISSIONS = Table(
    "emissions",
    "One row per transport chain element; the plan's CO2e is the sum of total_co2e_kg.",
    (
        _text("kind", "kind of element, such as road, departure_load or lift"),
        _text("owner", "move:<id>, part:<shipment>/<part> or run:<service>/<date>"),
        _text("what", "formula in words and numbers"),
        _text("mode", "rail, barge, sea, road; hub operations have their own word"),
        _text("carrier", "energy carrier"),
        _number("km", "km", "distance of one use"),
        _number("mass_kg", "kg", "cargo mass; 0 where the element does not depend on it"),
        _number("energy_mj", "MJ", "energy of one use"),
        _number("wtt_kg", "kg CO2e", "well-to-tank, one use"),
        _number("ttw_kg", "kg CO2e", "tank-to-wheel, one use"),
        _number("count", "", "how many times it applies"),
        _number("total_co2e_kg", "kg CO2e", "(wtt_kg + ttw_kg) x count"),
        _CONFIDENCE,
    ),
)

TOUR_COSTS = Table(
    "tour_costs",
    "One row per cost line of a tour; they stand in the place of the estimates of collection, delivery and haulage.",
    (
        _text("kind", "kind of cost, such as tour_km or tour_hours"),
        _text("tour", "tour id"),
        _text("what", "formula in words and numbers"),
        _number("eur", "EUR", "amount"),
        _number("carbon_eur", "EUR", "part of eur that already prices carbon"),
        _CONFIDENCE,
    ),
)


def _external_columns(owner: str) -> tuple[Column, ...]:
    return (
        _text("owner", owner),
        _text("what", "formula in words and numbers"),
        _text("group", "mode by which rates are known: road, rail_electric, rail_diesel, barge, sea"),
        _number("km", "km", "distance of one use; of vehicles with their empty kilometres"),
        _number("mass_kg", "kg", "cargo mass; 0 for vehicle-km"),
        _number("eur", "EUR", "amount of one use, rounded once"),
        _number("count", "", "how many times it applies"),
        _number("total_eur", "EUR", "eur x count"),
        *(
            _number(f"{name}_eur", "EUR", f"part of total_eur: {name.replace('_', ' ')}")
            for name in ("accidents", "air_pollution", "noise", "congestion", "habitat", "climate", "well_to_tank")
        ),
        _CONFIDENCE,
    )


EXTERNAL = Table(
    "external",
    "One row per stage and owner, only where `objective.external_costs` asks for it; no money of the plan.",
    _external_columns("move:<id> for vehicle-km, part:<shipment>/<part> for tonne-km"),
)

TOUR_EXTERNAL = Table(
    "tour_external",
    "One row per tour and per part that it carries, where external.csv is; they stand in the place of the estimates of "
    "collection, delivery and haulage.",
    _external_columns("tour:<id> for vehicle-km, part:<shipment>/<part> for tonne-km"),
)

SHEET = Table(
    "emission_sheet",
    "One row per shipment and element: the calculation sheet; the shipment's CO2e is the sum of its wtt_g and ttw_g.",
    (
        _SHIPMENT,
        _number("element", "", "number of the element within the shipment's sheet, from 1"),
        _text("kind", "kind of element, such as road, departure_load or lift"),
        _text("owner", "move:<id>, part:<shipment>/<part> or run:<service>/<date>"),
        _text("what", "formula: the element's energy in MJ, times g/MJ well-to-tank and tank-to-wheel"),
        _text("rate", "how a rate in the formula was worked out; empty when it was given"),
        _text("mode", "rail, barge, sea, road; hub operations have their own word"),
        _text("carrier", "energy carrier"),
        _number("tkm", "tkm", "transport activity of the shipment over the shortest feasible distance"),
        _number("energy_mj", "MJ", "energy of the whole element"),
        _number("wtt_g_per_mj", "g/MJ", "well-to-tank"),
        _number("ttw_g_per_mj", "g/MJ", "tank-to-wheel"),
        _text("factor", "what the two are: carrier and set, or the grids by kilometres"),
        _number("element_wtt_g", "g CO2e", "energy_mj x wtt_g_per_mj, rounded half to even"),
        _number("element_ttw_g", "g CO2e", "energy_mj x ttw_g_per_mj, rounded half to even"),
        _number("share", "", "the shipment's weight: kg, kg x m for a charter; 1 when the element is its own"),
        _number("of", "", "weight of everything that shares the element"),
        _number("wtt_g", "g CO2e", "the shipment's: element_wtt_g x share / of, by largest remainder"),
        _number("ttw_g", "g CO2e", "the shipment's: element_ttw_g x share / of, by largest remainder"),
        _text("data", "what the energy rests on: primary, modelled or default"),
        _number(
            "energy_source",
            "",
            "number of the source of the energy in emission_sources.csv; empty when it is the user's own",
        ),
        _number("factor_source", "", "number of the source of the factor"),
    ),
)

SOURCES = Table(
    "emission_sources",
    "One row per source of emission_sheet.csv.",
    (_number("source", "", "number"), _text("text", "where the figures come from")),
)

TABLES = (
    SHIPMENTS,
    ITINERARIES,
    LOAD_UNITS,
    DEPARTURES,
    TOURS,
    TOUR_STOPS,
    UNSERVED,
    COSTS,
    EMISSIONS,
    SHEET,
    SOURCES,
    TOUR_COSTS,
)

PROGRESS = Table(
    "progress",
    "One row per report of the solver, oldest first.",
    (
        _number("seconds", "s", "since the optimiser started"),
        _number("work", "", "units of work done; the same on every machine for the same run"),
        _number("objective_eur", "EUR", "objective of the newest verified plan; empty before the first"),
        _number("bound_eur", "EUR", "best proven lower bound; empty before the first"),
        _number("gap", "share", "(objective - bound) / objective, unserved constant included"),
        _number("columns", "", "itineraries in the pool"),
        _number("iterations", "", "search iterations so far"),
        _text("stage", "what the solver was doing"),
    ),
)
