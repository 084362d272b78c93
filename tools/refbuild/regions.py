"""Cluster regions with invented weights of supply and demand per segment."""

from refbuild import tables

# hub: supply FMCG, automotive, chemicals; demand FMCG, automotive, chemicals
WEIGHTS = {
    "DEDUI": (10, 8, 9, 9, 8, 8),
    "ESZAZ": (8, 8, 3, 6, 7, 3),
    "ITBLQ": (9, 7, 4, 8, 6, 4),
    "FRDGS": (9, 6, 3, 8, 6, 3),
    "GBLHR": (3, 2, 1, 10, 4, 2),
    "BEANR": (4, 3, 10, 5, 3, 6),
    "NLRTM": (5, 2, 9, 6, 2, 5),
    "DECGN": (5, 6, 6, 6, 6, 5),
    "DELUH": (2, 4, 10, 4, 4, 6),
    "DEHAM": (4, 2, 3, 7, 2, 3),
    "DENUE": (3, 5, 1, 5, 5, 2),
    "DELEJ": (3, 5, 3, 4, 6, 2),
    "CHBSL": (2, 1, 5, 5, 1, 3),
    "FRLIO": (4, 3, 6, 6, 3, 4),
    "FRVTN": (5, 4, 2, 10, 4, 2),
    "LUBET": (1, 1, 1, 2, 2, 1),
    "ITSGE": (6, 4, 4, 8, 4, 4),
    "ITVRN": (5, 2, 2, 4, 2, 2),
    "ESBCN": (6, 5, 4, 6, 4, 4),
    "ESVLC": (6, 5, 2, 4, 3, 2),
    "ESMAD": (3, 3, 1, 8, 3, 2),
    "PLPOZ": (6, 5, 1, 4, 4, 2),
    "PLWAW": (4, 2, 1, 7, 2, 2),
    "ATVIE": (2, 2, 2, 5, 2, 2),
    "CZPRG": (3, 6, 1, 4, 5, 2),
}
NAMES = ("supply_fmcg", "supply_automotive", "supply_chemicals", "demand_fmcg", "demand_automotive", "demand_chemicals")


def region_rows() -> list[dict]:
    return [
        {
            "hub": hub,
            **dict(zip(NAMES, weights, strict=True)),
            "source": "cargopool",
            "confidence": "synthetic",
            "licence": tables.OWN,
            "note": "judgement, not fitted to any statistics",
        }
        for hub, weights in WEIGHTS.items()
    ]
