"""Plans as data frames, for notebooks; pandas is loaded when one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

    from cargopool.model.plan import Plan


def itineraries_frame(plan: Plan) -> DataFrame:
    """One row per shipment part; times in minutes since the horizon start.

    Columns: shipment, part, first_atom, atoms, moves (ids joined by ``>``), origin, destination (of the main run),
    collection_hub, delivery_hub (empty without a tour), start_min, delivered_min, late_min.
    """
    import pandas as pd

    moves = {use.move.id: use.move for use in plan.moves}
    rows = []
    for part in plan.itineraries:
        start = part.collection.start_min if part.collection is not None else part.handlings[0].start_min
        rows.append(
            {
                "shipment": part.shipment,
                "part": part.part,
                "first_atom": part.first_atom,
                "atoms": part.atoms,
                "moves": ">".join(part.moves),
                "origin": moves[part.moves[0]].origin,
                "destination": moves[part.moves[-1]].destination,
                "collection_hub": part.collection.hub if part.collection is not None else "",
                "delivery_hub": part.delivery.hub if part.delivery is not None else "",
                "start_min": start,
                "delivered_min": part.delivered_min,
                "late_min": part.late_min,
            }
        )
    names = (
        "shipment part first_atom atoms moves origin destination collection_hub delivery_hub start_min delivered_min"
    )
    return pd.DataFrame(rows, columns=[*names.split(), "late_min"])
