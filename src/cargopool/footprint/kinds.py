"""The vocabulary of cost lines and transport chain elements."""

from __future__ import annotations

COST_KINDS: dict[str, str] = {
    "road_fixed": "Truck, per trip",
    "road_km": "Truck, loaded km",
    "road_empty_km": "Truck, empty km",
    "road_hours": "Truck, hours of driving and shuttle",
    "toll": "Road toll",
    "shuttle": "Tunnel shuttle fare",
    "road_standing": "Truck, standing between the legs of a round trip",
    "road_minimum": "Top-up to the truck's minimum charge",
    "haulage_fixed": "Unit haulage, per trip",
    "haulage_km": "Unit haulage, loaded km",
    "haulage_empty_km": "Unit haulage, empty km",
    "haulage_hours": "Unit haulage, hours of driving and live loading",
    "haulage_toll": "Unit haulage, road toll",
    "haulage_shuttle": "Unit haulage, tunnel shuttle fare",
    "haulage_minimum": "Unit haulage, top-up to the minimum charge",
    "tariff": "Tariff of a service, per unit",
    "tariff_minimum": "Top-up to the tariff's minimum charge",
    "surcharge": "Dated surcharge on a tariff",
    "lift": "Terminal lift",
    "storage_unit": "Storage of a unit in a terminal yard",
    "rental": "Rental of a load unit",
    "one_way": "One-way surcharge of a load unit",
    "cross_dock": "Cross-docking of loose freight",
    "crossing": "Customs crossing",
    "storage_pallet": "Storage of freight at a hub",
    "collection": "Collection tour",
    "delivery": "Delivery tour",
    "part_fee": "Fee of an extra part",
    "charter": "Charter run",
}
"""Kind to its meaning, in the order of reports."""

TCE_KINDS: dict[str, str] = {
    "road": "Truck, empty running and tare included",
    "road_load": "Truck, cargo",
    "haulage": "Unit haulage, empty running and tare included",
    "haulage_load": "Unit haulage, cargo",
    "shuttle": "Tunnel shuttle",
    "departure": "Scheduled service, tare of the unit",
    "departure_load": "Scheduled service, cargo",
    "charter": "Charter run",
    "lift": "Terminal lift",
    "lift_load": "Terminal lift, cargo",
    "reefer": "Temperature unit",
    "cross_dock": "Cross-docking",
    "collection": "Collection tour",
    "delivery": "Delivery tour",
}
"""Kind to its meaning, in the order of reports."""

TOUR_COST_KINDS: dict[str, str] = {
    "tour_fixed": "Tour, per tour",
    "tour_km": "Tour, loaded km",
    "tour_empty_km": "Tour, empty km",
    "tour_hours": "Tour, hours from start to end",
    "tour_toll": "Tour, road toll",
    "tour_shuttle": "Tour, tunnel shuttle fare",
    "tour_minimum": "Tour, top-up to the minimum charge",
}
"""Kinds of the lines of tours, which stand in the place of the estimates in a plan's totals with tours."""

TOUR_TCE_KINDS: dict[str, str] = {"tour": "Tour of a vehicle, empty running and load"}
"""Kinds of the elements of tours."""
