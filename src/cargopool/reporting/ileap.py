"""A plan's transport chains as iLEAP 1.0 data types: ShipmentFootprint, TOC, HOC and TAD.

Field names, units and encodings are those of the iLEAP Technical Specifications, version 1.0. The format has no field
that says planned: every id begins with ``planned:``, every description says so, and so does the head of the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

from cargopool.errors import Diagnostic, InputError
from cargopool.footprint.carriers import ELECTRICITY
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.chains import Energy, Link, chains
from cargopool.units import GRAMS_PER_KG, MILLI, from_milli, share_out

FORMAT = "cargopool-ileap/1"
SPECIFICATION = "iLEAP Technical Specifications 1.0"
STATUS = "planned, not measured"
METHOD = "follows the method of EN ISO 14083:2023, not certified"
PREFIX = "planned:"

MODES = {"rail": "Rail", "barge": "InlandWaterway", "sea": "Sea", "road": "Road"}
CARRIERS = {
    "electricity": ("Electric", "Grid"),
    "diesel": ("Diesel", "Fossil"),
    "hvo": ("HVO", "Cooking oil"),
    "petrol": ("Petrol", "Fossil"),
    "cng": ("CNG", "Natural gas"),
    "bio_cng": ("CNG", ""),
    "lng": ("LNG", "Natural gas"),
    "bio_lng": ("LNG", ""),
    "lpg": ("LPG", "Fossil"),
    "hfo": ("HFO", "Fossil"),
    "vlsfo": ("HFO", "Fossil"),
    "lfo": ("HFO", "Fossil"),
    "ship_vlsfo": ("HFO", "Fossil"),
    "ship_mix": ("HFO", "Fossil"),
    "mgo": ("MGO", "Fossil"),
    "gasoil": ("MGO", "Fossil"),
    "hydrogen": ("Hydrogen", ""),
    "methanol": ("Methanol", ""),
}
"""Carrier of a factor set to iLEAP's energy carrier and feedstock; other ids count by what they begin with."""

_SHARE_UNITS = 10**6
_FACTOR_DIGITS = Decimal("0.000000001")
_INTENSITY_DIGITS = Decimal("0.000000001")

Object = dict[str, Any]


@dataclass(slots=True)
class _Category:
    """What is known of a TOC or HOC from the links that name it."""

    link: Link
    activity: Decimal = Decimal(0)
    wtt_grams: int = 0
    ttw_grams: int = 0
    energy: dict[str, Energy] = field(default_factory=dict)

    def add(self, link: Link, activity: Decimal) -> None:
        self.activity += activity
        self.wtt_grams += link.wtt_grams
        self.ttw_grams += link.ttw_grams
        for carrier, one in link.energy.items():
            known = self.energy.setdefault(carrier, Energy())
            known.mj += one.mj
            known.wtt_grams += one.wtt_grams
            known.ttw_grams += one.ttw_grams


def make_ileap(scenario: Scenario, plan: Plan) -> Object:
    """The export of a plan.

    Raises
    ------
    InputError
        When a carrier of the factor set has no counterpart in iLEAP (E2061).
    """
    found = chains(scenario, plan)
    _check_carriers(link for links in found.values() for link in links)
    categories: dict[str, _Category] = {}
    for links in found.values():
        for link in links:
            activity = _tonnes(link) if link.mode == "hub" else _tonnes(link) * _decimal(link.km)
            categories.setdefault(_category_id(link), _Category(link)).add(link, activity)
    return {
        "format": FORMAT,
        "specification": SPECIFICATION,
        "status": STATUS,
        "method": METHOD,
        "synthetic": scenario.synthetic,
        "scenario": scenario.name,
        "variant": scenario.variant,
        "factors": scenario.factors.id,
        "shipmentFootprints": [_footprint(scenario, name, links) for name, links in found.items()],
        "tocs": [_toc(scenario, one) for one in categories.values() if one.link.mode != "hub"],
        "hocs": [_hoc(scenario, one) for one in categories.values() if one.link.mode == "hub"],
        "tads": [
            _tad(scenario, name, n, link)
            for name, links in found.items()
            for n, link in enumerate(links, 1)
            if link.mode != "hub"
        ],
    }


def _check_carriers(links: Iterable[Link]) -> None:
    names = {carrier for link in links for carrier in (*link.energy, *([link.carrier] if link.carrier else []))}
    unknown = sorted(name for name in names if _carrier(name) is None)
    if unknown:
        known = ", ".join(dict.fromkeys(name for name, _ in CARRIERS.values()))
        raise InputError(
            *(
                Diagnostic(
                    "E2061",
                    f"iLEAP has no energy carrier for {name!r}",
                    "factors.carriers",
                    f"give the carrier an id that begins with one of {', '.join(CARRIERS)} (iLEAP knows {known})",
                )
                for name in unknown
            )
        )


def _carrier(name: str) -> tuple[str, str] | None:
    fitting = [key for key in CARRIERS if name == key or name.startswith(f"{key}_")]
    return CARRIERS[max(fitting, key=len)] if fitting else None


# ---- numbers and times


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value))


def _text(value: Decimal) -> str:
    """A Decimal as iLEAP writes it: a plain number in a string, no exponent, no trailing zeros."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else text


def _tonnes(link: Link) -> Decimal:
    return Decimal(link.kg) / MILLI


def _kilograms(grams: int) -> str:
    return _text(Decimal(grams) / GRAMS_PER_KG)


def _moment(scenario: Scenario, minute: int) -> str:
    moment = scenario.horizon.start.astimezone(UTC) + timedelta(minutes=minute)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _location(scenario: Scenario, place_id: str) -> Object:
    place = scenario.place(place_id)
    return {
        "city": place.name or place_id,
        "country": place.country,
        "lat": _text(_decimal(place.lat)),
        "lng": _text(_decimal(place.lon)),
    }


# ---- ids


def _cooled(link: Link) -> str:
    return "ambient" if link.temperature == "ambient" else "refrigerated"


def _category_id(link: Link) -> str:
    return f"{PREFIX}{link.category}:{_cooled(link)}"


def _tce_id(shipment: str, n: int) -> str:
    return f"{PREFIX}{shipment}:{n}"


# ---- the data types


def _footprint(scenario: Scenario, name: str, links: list[Link]) -> Object:
    shipment = scenario.shipments[name]
    ids = {link.key: _tce_id(name, n) for n, link in enumerate(links, 1)}
    found: Object = {"mass": _text(Decimal(shipment.kg)), "shipmentId": name}
    if shipment.volume_m3_milli:
        found["volume"] = _text(Decimal(shipment.volume_m3_milli) / MILLI)
    found["tces"] = [_tce(scenario, name, link, ids) for link in links]
    return found


def _tce(scenario: Scenario, name: str, link: Link, ids: Mapping[tuple[str | int, ...], str]) -> Object:
    hub = link.mode == "hub"
    found: Object = {
        "tceId": ids[link.key],
        "prevTceIds": [ids[key] for key in link.before],
        "hocId" if hub else "tocId": _category_id(link),
        "shipmentId": name,
        **_consignment(name, link),
        "mass": _text(Decimal(link.kg)),
        **_packaging(scenario, name),
        "distance": {"sfd": _text(_decimal(link.km))},
        "origin": _location(scenario, link.origin),
        "destination": _location(scenario, link.destination),
        "transportActivity": _text(_tonnes(link) * _decimal(link.km)),
    }
    found |= _times(scenario, link)
    if link.run and link.mode in ("barge", "sea"):
        found["voyageNo"] = link.run
    found["co2eWTW"] = _kilograms(link.wtt_grams + link.ttw_grams)
    found["co2eTTW"] = _kilograms(link.ttw_grams)
    return found


def _consignment(name: str, link: Link) -> Object:
    return {"consignmentId": f"{name}/{link.parts[0]}"} if len(link.parts) == 1 else {}


def _packaging(scenario: Scenario, name: str) -> Object:
    shipment = scenario.shipments[name]
    if not shipment.load_units:
        return {}
    teu = from_milli(scenario.load_units[shipment.load_unit].teu_milli) * shipment.load_units
    return {"packagingOrTrEqType": "Container-TEU", "packagingOrTrEqAmount": _text(_decimal(teu))}


def _times(scenario: Scenario, link: Link) -> Object:
    if link.start_min is None or link.end_min is None:
        return {}
    return {"departureAt": _moment(scenario, link.start_min), "arrivalAt": _moment(scenario, link.end_min)}


def _toc(scenario: Scenario, one: _Category) -> Object:
    link = one.link
    found: Object = {
        "tocId": _category_id(link),
        "description": f"Planned, not measured. {_toc_words(scenario, link)}; {METHOD}.",
        "mode": MODES[link.mode],
        "temperatureControl": _cooled(link),
        "energyCarriers": _energy_carriers(one, link.carrier),
        **_intensities(one),
        "transportActivityUnit": "tkm",
    }
    if link.mode == "road":
        found["emptyDistanceFactor"] = _empty_share(link)
    return found


def _toc_words(scenario: Scenario, link: Link) -> str:
    if link.mode != "road":
        service = scenario.services[link.category]
        return f"Scheduled {link.mode} service {service.name or service.id}"
    vehicle, _, purpose = link.category.rpartition(":")
    words = {"main": "long haul", "haulage": "unit haulage", "tour": "collection and delivery by estimate"}[purpose]
    return f"Truck {scenario.vehicles[vehicle].name or vehicle}, {words}, empty running included"


def _empty_share(link: Link) -> str:
    """Empty over all kilometres."""
    share = _decimal(link.empty_factor) / (1 + _decimal(link.empty_factor))
    return _text(share.quantize(_FACTOR_DIGITS))


def _hoc(scenario: Scenario, one: _Category) -> Object:
    link = one.link
    hub = scenario.hubs[link.origin]
    operation = link.category.rpartition(":")[2]
    maritime = operation == "lift" and "sea" in hub.modes
    return {
        "hocId": _category_id(link),
        "description": f"Planned, not measured. {operation} at {hub.name or hub.id}; {METHOD}.",
        "hubType": "MaritimeContainerTerminal" if maritime else "Transshipment",
        "temperatureControl": _cooled(link),
        "hubLocation": _location(scenario, hub.id),
        "energyCarriers": _energy_carriers(one, ELECTRICITY),
        **_intensities(one),
        "hubActivityUnit": "tonnes",
    }


def _intensities(one: _Category) -> Object:
    def per(grams: int) -> str:
        rate = Decimal(grams) / GRAMS_PER_KG / one.activity if one.activity else Decimal(0)
        return _text(rate.quantize(_INTENSITY_DIGITS))

    return {"co2eIntensityWTW": per(one.wtt_grams + one.ttw_grams), "co2eIntensityTTW": per(one.ttw_grams)}


def _energy_carriers(one: _Category, usual: str) -> list[Object]:
    """Carriers with their share of the energy; shares add up to exactly 1, factors are per MJ."""
    energy = {name: found for name, found in one.energy.items() if found.mj > 0} or {usual: Energy()}
    shares = share_out(_SHARE_UNITS, {name: round(found.mj * GRAMS_PER_KG) + 1 for name, found in energy.items()})
    activity = one.activity or Decimal(1)
    return [
        {
            **_named(name, shares[name]),
            "energyConsumption": _text((_decimal(found.mj) / activity).quantize(_FACTOR_DIGITS)),
            "energyConsumptionUnit": "MJ",
            "emissionFactorWTW": _factor(found.wtt_grams + found.ttw_grams, found.mj),
            "emissionFactorTTW": _factor(found.ttw_grams, found.mj),
        }
        for name, found in energy.items()
        if shares[name]
    ]


def _named(name: str, share: int) -> Object:
    carrier = _carrier(name)
    kind, feedstock = carrier if carrier is not None else (name, "")
    found: Object = {"energyCarrier": kind, "relativeShare": _text(Decimal(share) / _SHARE_UNITS)}
    if feedstock:
        whole = {"feedstockShare": "1"} if feedstock == "Grid" else {}
        found["feedstocks"] = [{"feedstock": feedstock, **whole}]
    return found


def _factor(grams: int, mj: float) -> str:
    rate = Decimal(grams) / GRAMS_PER_KG / _decimal(mj) if mj else Decimal(0)
    return _text(rate.quantize(_FACTOR_DIGITS))


def _tad(scenario: Scenario, name: str, n: int, link: Link) -> Object:
    energy: dict[str, float] = defaultdict(float, {link.carrier: 0.0})
    for carrier, one in link.energy.items():
        energy[carrier] += one.mj
    shares = share_out(_SHARE_UNITS, {carrier: round(mj * GRAMS_PER_KG) + 1 for carrier, mj in energy.items()})
    found: Object = {
        "activityId": f"{PREFIX}activity:{name}:{n}",
        "consignmentIds": [f"{name}/{part}" for part in link.parts],
        "distance": {"sfd": _text(_decimal(link.km))},
        "mass": _text(Decimal(link.kg)),
        "origin": _location(scenario, link.origin),
        "destination": _location(scenario, link.destination),
        **_times(scenario, link),
        "mode": MODES[link.mode],
        "energyCarriers": [_named(carrier, share) for carrier, share in shares.items() if share],
        "temperatureControl": _cooled(link),
    }
    if link.mode == "road":
        found["emptyDistanceFactor"] = _empty_share(link)
    return found
