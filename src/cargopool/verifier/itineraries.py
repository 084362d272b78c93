"""Itineraries: parts cover their shipments, places join, handlings and tours at legal times, delivery in time."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from cargopool.model.place import Door
from cargopool.model.plan import Handling, Itinerary, Move, Tour
from cargopool.model.shipment import Shipment
from cargopool.rules import collection_minutes, is_open, road_link
from cargopool.verifier.case import Case, departures_of, part_path


def check_coverage(case: Case) -> None:
    """Every shipment is served whole or declared unserved, in legal parts."""
    served: dict[str, list[Itinerary]] = defaultdict(list)
    for itinerary in case.itineraries.values():
        served[itinerary.shipment].append(itinerary)
    declared = {itinerary.shipment for itinerary in case.plan.itineraries}
    for shipment in case.scenario.shipments.values():
        where = f"shipments[{shipment.id}]"
        if shipment.id in case.unserved:
            if shipment.id in declared:
                case.say("V111", where)
            if shipment.must_serve or not case.scenario.objective.unserved_allowed:
                case.say("V115", where)
        elif shipment.id not in declared:
            case.say("V110", where)
        if shipment.id in served:
            _check_parts(case, shipment, served[shipment.id])


def _check_parts(case: Case, shipment: Shipment, parts: list[Itinerary]) -> None:
    parts = sorted(parts, key=lambda itinerary: (itinerary.first_atom, itinerary.part))
    where = f"shipments[{shipment.id}]"
    ends = [0, *(itinerary.first_atom + itinerary.atoms for itinerary in parts)]
    if [itinerary.first_atom for itinerary in parts] != ends[:-1] or ends[-1] != shipment.atoms:
        spans = ", ".join(f"{i.first_atom}+{i.atoms}" for i in parts)
        case.say("V112", where, f"atoms {spans} of {shipment.atoms}")
    if len(parts) > max(1, shipment.max_parts):
        case.say("V113", where, f"{len(parts)} > {shipment.max_parts}")
    if sorted(itinerary.part for itinerary in parts) != list(range(1, len(parts) + 1)):
        case.say("V116", where, f"parts {', '.join(str(i.part) for i in parts)}")
    elif any(a.part > b.part for a, b in pairwise(parts)):
        case.say("V116", where, "parts are not in the order of their atoms")
    for itinerary in parts:
        if len(parts) > 1 and itinerary.atoms < shipment.min_part_pallets:
            case.say("V114", part_path(itinerary), f"{itinerary.atoms} < {shipment.min_part_pallets}")


def check_itineraries(case: Case) -> None:
    """Check the way and the times of every part."""
    for itinerary in case.itineraries.values():
        shipment = case.scenario.shipments[itinerary.shipment]
        _check_tours(case, itinerary, shipment)
        moves = case.moves_of(itinerary)
        if not 1 <= len(itinerary.moves) <= case.scenario.scope.max_moves:
            path = f"{part_path(itinerary)}.moves"
            case.say("V128", path, f"{len(itinerary.moves)}, allowed are 1 to {case.scenario.scope.max_moves}")
        if not moves:
            continue
        places = _check_path(case, itinerary, shipment, moves)
        _check_acceptance(case, itinerary, shipment, moves)
        if _check_handling_places(case, itinerary, shipment, places):
            _check_times(case, itinerary, shipment, moves)


def _check_path(case: Case, itinerary: Itinerary, shipment: Shipment, moves: tuple[Move, ...]) -> list[str]:
    """The handling places that the moves imply."""
    path = part_path(itinerary)
    origin = itinerary.collection.hub if itinerary.collection else shipment.origin
    destination = itinerary.delivery.hub if itinerary.delivery else shipment.destination
    if moves[0].origin != origin or moves[-1].destination != destination:
        ends = f"{moves[0].origin} to {moves[-1].destination}"
        case.say("V120", path, f"moves lead from {ends}, needed is {origin} to {destination}")
    for i, (before, after) in enumerate(pairwise(moves)):
        if before.destination != after.origin:
            case.say("V121", f"{path}.moves[{i + 1}]", f"{after.origin} after {before.destination}")
    places = [moves[0].origin, *(move.destination for move in moves)]
    visited = places.copy()
    if itinerary.collection:
        visited.insert(0, itinerary.collection.door)
    if itinerary.delivery:
        visited.append(itinerary.delivery.door)
    if len(set(visited)) < len(visited):
        case.say("V122", path, " ".join(visited))
    return places


def _check_acceptance(case: Case, itinerary: Itinerary, shipment: Shipment, moves: tuple[Move, ...]) -> None:
    """Modes, and ADR classes of hubs and services."""
    path = part_path(itinerary)
    adr = shipment.adr_class
    touched = [moves[0].origin]
    for i, move in enumerate(moves):
        at = f"{path}.moves[{i}]"
        if move.kind == "road" and "road" not in shipment.modes:
            case.say("V124", at, "road")
        for stage in departures_of(move):
            service = case.scenario.services[stage.service]
            if service.mode not in shipment.modes:
                case.say("V124", at, f"{service.mode} of {service.id}")
            if adr and service.adr_classes is not None and adr not in service.adr_classes:
                case.say("V126", at, f"class {adr} on {service.id}")
            touched += [stage.origin, stage.destination]
        touched.append(move.destination)
    touched += [tour.hub for tour in (itinerary.collection, itinerary.delivery) if tour]
    for hub_id in dict.fromkeys(touched):
        hub = case.hub(hub_id)
        if adr and hub is not None and hub.adr_classes is not None and adr not in hub.adr_classes:
            case.say("V125", path, f"class {adr} at {hub_id}")


def _check_handling_places(case: Case, itinerary: Itinerary, shipment: Shipment, places: list[str]) -> bool:
    """Whether there is one handling of the right kind at each place."""
    path = part_path(itinerary)
    kinds = ["load", *["transfer"] * (len(places) - 2), "unload"]
    if [handling.kind for handling in itinerary.handlings] != kinds:
        case.say("V130", f"{path}.handlings", f"needed are {', '.join(kinds)}")
        return False
    for i, (handling, place) in enumerate(zip(itinerary.handlings, places, strict=True)):
        if handling.place != place:
            case.say("V130", f"{path}.handlings[{i}].place", f"{handling.place}, not {place}")
        hub = case.hub(place)
        docked = handling.kind != "transfer" if hub is None else hub.cross_dock is not None
        if not docked and not shipment.load_units:
            case.say("V123", f"{path}.handlings[{i}]", place)
    return True


def handling_minutes(case: Case, shipment: Shipment, place_id: str) -> int:
    """Duration of one handling of a shipment at a place."""
    if shipment.load_units:
        return 0
    place = case.scenario.place(place_id)
    if isinstance(place, Door):
        return place.loading_min
    return place.cross_dock.handling_min if place.cross_dock else 0


def there_minutes(itinerary: Itinerary, shipment: Shipment, moves: tuple[Move, ...]) -> list[int]:
    """From when the part is at each of its handling places."""
    first = itinerary.collection.end_min if itinerary.collection else shipment.ready_min
    return [first, *(move.available_min for move in moves)]


def _check_times(case: Case, itinerary: Itinerary, shipment: Shipment, moves: tuple[Move, ...]) -> None:
    path = part_path(itinerary)
    there = there_minutes(itinerary, shipment, moves)
    for i, handling in enumerate(itinerary.handlings):
        at = f"{path}.handlings[{i}]"
        _check_handling(case, shipment, handling, at)
        if handling.start_min < there[i]:
            case.say("V133", f"{at}.start_min", f"{handling.start_min} < {there[i]}")
        if i < len(moves) and handling.end_min > moves[i].latest_min:
            case.say("V134", f"{at}.end_min", f"{handling.end_min} > {moves[i].latest_min} of {moves[i].id}")
    done = itinerary.handlings[-1].end_min
    delivery = itinerary.delivery
    if delivery is not None and delivery.start_min != done:
        case.say("V135", f"{path}.delivery.start_min", f"{delivery.start_min}, not {done}")
    delivered = delivery.end_min if delivery else done
    if itinerary.delivered_min != delivered:
        case.say("V136", f"{path}.delivered_min", f"{itinerary.delivered_min}, not {delivered}")
    if max(delivered, itinerary.delivered_min) > shipment.latest_min:
        late = max(delivered, itinerary.delivered_min)
        case.say("V137", f"{path}.delivered_min", f"{late} > {shipment.latest_min}")
    if itinerary.late_min != max(0, itinerary.delivered_min - shipment.due_min):
        expected = max(0, itinerary.delivered_min - shipment.due_min)
        case.say("V138", f"{path}.late_min", f"{itinerary.late_min}, not {expected}")


def _check_handling(case: Case, shipment: Shipment, handling: Handling, at: str) -> None:
    duration = handling_minutes(case, shipment, handling.place)
    if handling.end_min - handling.start_min != duration:
        case.say("V131", at, f"{handling.end_min - handling.start_min} min, not {duration}")
    place = case.scenario.place(handling.place)
    end = max(handling.start_min, handling.end_min)
    if not is_open(place, case.scenario.horizon.start, handling.start_min, end):
        case.say("V132", at, f"{handling.place} from {handling.start_min} to {handling.end_min}")


def _check_tours(case: Case, itinerary: Itinerary, shipment: Shipment) -> None:
    path = part_path(itinerary)
    if itinerary.collection is not None:
        tour = itinerary.collection
        minutes = _tour_minutes(case, shipment, tour, ("collection", shipment.origin), f"{path}.collection")
        if minutes is not None:
            loaded = _check_door_interval(case, tour, tour.start_min, f"{path}.collection.start_min")
            if tour.start_min < shipment.ready_min:
                case.say("V135", f"{path}.collection.start_min", f"{tour.start_min} < ready {shipment.ready_min}")
            if tour.end_min != loaded + minutes:
                case.say("V135", f"{path}.collection.end_min", f"{tour.end_min}, not {loaded + minutes}")
    if itinerary.delivery is not None:
        tour = itinerary.delivery
        minutes = _tour_minutes(case, shipment, tour, ("delivery", shipment.destination), f"{path}.delivery")
        if minutes is not None:
            begins = tour.end_min - case.scenario.doors[tour.door].loading_min
            _check_door_interval(case, tour, begins, f"{path}.delivery.end_min")
            if begins < tour.start_min + minutes:
                case.say("V135", f"{path}.delivery.end_min", f"unloads at {begins}, there {tour.start_min + minutes}")


def _tour_minutes(case: Case, shipment: Shipment, tour: Tour, fits: tuple[str, str], at: str) -> int | None:
    """Driving minutes of an allowed tour, None when it is not allowed."""
    kind, place = fits
    door, hub = case.scenario.doors.get(tour.door), case.scenario.hubs[tour.hub]
    if tour.kind != kind or tour.door != place or door is None:
        case.say("V127", at, f"{tour.kind} at {tour.door}, needed is {kind} at door {place}")
        return None
    if shipment.load_units:
        case.say("V127", at, "sealed units take no tours")
    if hub.cross_dock is None:
        case.say("V127", at, f"{hub.id} has no cross-dock")
    ends = (door.id, hub.id) if kind == "collection" else (hub.id, door.id)
    link = road_link(case.scenario, *ends)
    if link is None or link.km > case.scenario.drayage.radius_km:
        case.say("V127", at, f"{door.id} is out of reach of {hub.id}")
    return None if link is None else collection_minutes(case.scenario, link.km, shipment.id, hub.id)


def _check_door_interval(case: Case, tour: Tour, begins: int, where: str) -> int:
    """End of loading or unloading at the door, which must be open."""
    door = case.scenario.doors[tour.door]
    ends = begins + door.loading_min
    if not is_open(door, case.scenario.horizon.start, begins, ends):
        case.say("V135", where, f"{door.id} is not open from {begins} to {ends}")
    return ends
