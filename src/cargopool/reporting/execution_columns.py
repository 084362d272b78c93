"""Names, units and meanings of the tables of the execution layers; docs/run-folder.md repeats them."""

from __future__ import annotations

from cargopool.reporting.columns import LOCAL, UTC, number_column, text_column
from cargopool.reporting.sheets import Table

_text, _number = text_column, number_column

ROUND_TRIPS = Table(
    "round_trips",
    "One row per leg of a round trip, in driving order; only where the scenario asks for round trips.",
    (
        _text("round_trip", "id of the round trip"),
        _number("leg", "", "number of the leg, from 1"),
        _text("kind", "loaded or empty"),
        _text("vehicle", "vehicle id"),
        _text("unit_type", "load-unit type id of the units that stay on the truck"),
        _text("move", "move id of a loaded leg; empty for an empty one"),
        _number("truck", "", "number of the move use"),
        _text("origin", "place id"),
        _text("destination", "place id"),
        _text("depart_local", "departure", LOCAL),
        _text("arrive_local", "arrival, with breaks, rests, bans and shuttle", LOCAL),
        _text("depart_utc", "departure", UTC),
        _text("arrive_utc", "arrival", UTC),
        _number("km", "km", "distance"),
        _number("drive_min", "min", "driving"),
        _number("standing_min", "min", "from the arrival of the leg before; 0 on the first leg"),
        _number("gain_eur", "EUR", "what the whole round trip saves of the objective; on its first leg"),
    ),
)

LOAD_LAYOUT = Table(
    "load_layout",
    "One row per pallet of an arranged load unit, one per refused or emptied unit; only where layouts are asked for.",
    (
        _text("unit", "load unit id within the plan"),
        _text("unit_type", "load-unit type id"),
        _text("status", "arranged, refused, or emptied by stacking"),
        _text("problem", "why it is refused"),
        _text("shipment", "shipment id"),
        _number("part", "", "number of the part"),
        _number("atom", "", "pallet of the shipment, from 1"),
        _number("row", "", "from 1 at the front wall"),
        _number("side", "", "from 1 at the left"),
        _number("level", "", "1 on the floor, 2 on another pallet"),
        _number("stop", "", "order of unloading, from 1"),
        _number("kg", "kg", "mass of the pallet"),
        _number("gap_mm", "mm", "of the unit: free length before the first row"),
        _number("gravity_mm", "mm", "of the unit: centre of gravity of its cargo, from the front wall"),
        _number("kingpin_kg", "kg", "of a trailer: on the kingpin, cargo and tare"),
        _number("bogie_kg", "kg", "of a trailer: on the axle group, cargo and tare"),
    ),
)

EMPTY_MOVES = Table(
    "empty_moves",
    "One row per move of empty units; only where empty units are balanced.",
    (
        _text("empty_move", "id of the empty move"),
        _text("kind", "road or scheduled"),
        _text("unit_type", "load-unit type id"),
        _number("uses", "", "trucks, or units on a departure"),
        _number("units", "load units", "moved"),
        _text("carrier", "vehicle id, or service id and run date"),
        _text("slot", "allotment or spot on a departure"),
        _text("origin", "hub id"),
        _text("destination", "hub id"),
        _text("leave_local", "departure, or hand-in to a departure", LOCAL),
        _text("available_local", "in the depot of the destination", LOCAL),
        _text("leave_utc", "departure, or hand-in to a departure", UTC),
        _text("available_utc", "in the depot of the destination", UTC),
        _number("km", "km", "distance of one use"),
        _number("cost_eur", "EUR", "of all uses"),
        _number("co2e_kg", "kg CO2e", "of all uses, well-to-wheel"),
    ),
)

DEPOT_STOCKS = Table(
    "depot_stocks",
    "One row per hub and load-unit type whose empty units are balanced.",
    (
        _text("hub", "hub id"),
        _text("unit_type", "load-unit type id"),
        _number("initial", "load units", "at the start"),
        _number("taken", "load units", "by scheduled and door moves"),
        _number("returned", "load units", "by scheduled and door moves"),
        _number("sent", "load units", "by empty moves"),
        _number("received", "load units", "by empty moves"),
        _number("hired", "load units", "missing when needed"),
        _number("end", "load units", "initial - taken + returned - sent + received + hired"),
        _number("imbalance_eur", "EUR", "price of what is less than at the start"),
    ),
)

UNIT_SHORTAGES = Table(
    "unit_shortages",
    "One row per hub, load-unit type and minute at which units are missing.",
    (
        _text("hub", "hub id"),
        _text("unit_type", "load-unit type id"),
        _text("from_local", "when they are needed", LOCAL),
        _text("from_utc", "when they are needed", UTC),
        _number("units", "load units", "missing"),
        _text("for_units", "planned load units that take them, joined by blanks"),
        _number("shortage_eur", "EUR", "price of the shortage"),
    ),
)

EXECUTION_TABLES = (ROUND_TRIPS, LOAD_LAYOUT, EMPTY_MOVES, DEPOT_STOCKS, UNIT_SHORTAGES)
