"""A scenario and plan in which every text of a user is an attack on whoever prints it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import count
from typing import Any

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario

ATTACKS = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "\x1b[31mred\x1b]0;title\x07",
    "[bold red]markup[/bold red] [link=http://evil.example]x[/link]",
    "../../etc/passwd",
    "\u2028</script><img src=x onerror=alert(1)>",
    "'=1+1",
    "{{ 7 * 7 }}{% for x in y %}",
    "\u202egnp.exe",
    "%s%n{0}",
    "@SUM(A1)",
    "\t=cmd|' /C calc'!A0",
    "-2+3",
    'a,b"c\nd\r\ne',
    '" onmouseover="alert(1)" x=\'',
    "javascript:alert(1)",
    "&lt;b&gt;&#x27;",
    "\x00\x08\x9b0m",
)
OWN_WORDS = ("ambient", "general", "rail", "road", "free", "own", "diesel", "default", "electricity", "scheduled")


def attacked(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan, frozenset[str]]:
    """The same case with ids, names, operators, shippers, notes, sources and reasons replaced, and the new texts."""
    known = {*_ids(scenario), *(u.id for u in plan.units), *(m.move.id for m in plan.moves)}
    known |= {"Acme", "Bolt", "Cask", "Dial", "Rail Co", scenario.name, plan.unserved[0].text, plan.unserved[0].reason}
    numbers = count()
    new = {text: _attack(next(numbers)) for text in sorted(known)}
    return _mapped(scenario, new, numbers), _mapped(plan, new, numbers), frozenset(new.values())


def _attack(number: int) -> str:
    return f"{ATTACKS[number % len(ATTACKS)]}{number}"


def _ids(scenario: Scenario) -> Iterator[str]:
    for things in (scenario.hubs, scenario.doors, scenario.services, scenario.load_units, scenario.vehicles):
        yield from things
    yield from scenario.shipments


def _mapped(thing: Any, new: Mapping[str, str], numbers: Iterator[int], field: str = "") -> Any:
    if isinstance(thing, str) and type(thing) is str:
        if field in ("name", "note", "source", "licence", "notes", "what") and thing not in new:
            return _attack(next(numbers))
        head, colon, rest = thing.partition(":")
        if field == "owner" and colon:
            body, slash, tail = rest.rpartition("/")
            return f"{head}:{new.get(body, body)}{slash}{tail}" if slash else f"{head}:{new.get(rest, rest)}"
        return new.get(thing, thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        values = {f.name: _mapped(getattr(thing, f.name), new, numbers, f.name) for f in fields(thing) if f.init}
        return type(thing)(**values)
    if isinstance(thing, Mapping):
        return {new.get(key, key): _mapped(value, new, numbers, field) for key, value in thing.items()}
    if isinstance(thing, tuple | frozenset):
        return type(thing)(_mapped(value, new, numbers, field) for value in thing)
    return thing
