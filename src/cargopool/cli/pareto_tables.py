"""A front on the terminal."""

from __future__ import annotations

from cargopool.cli.output import results
from cargopool.cli.tables import print_grid
from cargopool.reporting.front_page import point_cells, point_heads, step_cells, summary_lines
from cargopool.reporting.front_view import UNCHANGED, FrontFigures, Step
from cargopool.reporting.text import printable, thousands

_MOST_IDS = 4


def print_front(figures: FrontFigures, *, detail: str = "") -> None:
    """Print points, steps with their swaps, and today's carbon prices."""
    console = results()
    for line in (*summary_lines(figures), *((detail,) if detail else ())):
        console.print(printable(line), soft_wrap=True)
    if not figures.points:
        return
    heads = point_heads(figures)
    print_grid("Points", heads, [point_cells(figures, point) for point in figures.points], right=heads[2:])
    numbers = {point.point: n for n, point in enumerate(figures.points, start=1)}
    rows = []
    for step in figures.steps:
        cost, co2e, price, _ = step_cells(step)
        words = _swaps(step)
        rows.append((f"{numbers[step.before]} to {numbers[step.after]}", cost, co2e, price, words[0]))
        rows += [("", "", "", "", word) for word in words[1:]]
    step_heads = ("Step", "EUR", "t CO2e", "EUR per t", "Swaps")
    if rows:
        print_grid("Steps", step_heads, rows, right=step_heads[1:4])
    prices = [
        (
            price.name,
            thousands(price.eur_per_t, 1),
            str(price.year),
            str(numbers.get(price.point, "–")),
            price.confidence,
        )
        for price in figures.prices
    ]
    print_grid(
        "Carbon prices today, and the point that is best at each",
        ("Price", "EUR per t", "Year", "Point", "Confidence"),
        prices,
        right=("EUR per t", "Year", "Point"),
    )


def _swaps(step: Step) -> list[str]:
    words = []
    for swap in step.swaps:
        ids = ", ".join(swap.shipments[:_MOST_IDS])
        more = len(swap.shipments) - _MOST_IDS
        ids += f" and {more} more" if more > 0 else ""
        what = f"another way by {swap.before}" if swap.after == UNCHANGED else f"{swap.before} to {swap.after}"
        words.append(f"{len(swap.shipments)} {what}: {ids}")
    return words or ["the same ways, other times or load units"]
