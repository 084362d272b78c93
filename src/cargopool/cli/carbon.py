"""The CO2e calculation sheet of a shipment on the terminal."""

from __future__ import annotations

from rich.text import Text

from cargopool.cli.output import results
from cargopool.cli.tables import print_grid
from cargopool.reporting.carbon_sheet import METHOD, RULE, CarbonSheet, by_data, share_text, sources_of
from cargopool.reporting.text import percent, printable, thousands
from cargopool.units import eur


def print_carbon_sheet(sheet: CarbonSheet) -> None:
    """Print every element of a shipment with its formula, factor, share and source, and what they add up to."""
    console = results()

    def say(text: str) -> None:
        console.print(Text(printable(text)), soft_wrap=True)

    name, factors = printable(sheet.shipment), sheet.factors
    way = f": {sheet.origin} to {sheet.destination}, {thousands(sheet.kg)} kg, {thousands(sheet.tkm, 1)} tkm"
    console.print(Text.assemble((name, "bold"), printable(way)), soft_wrap=True)
    say(f"CO2e calculation sheet; it {METHOD}.")
    named = f"{factors['set']} {factors['version']}".strip()
    say(f"Factors {named}; energy of services by {factors['allocation']}.")
    if factors["overridden"]:
        say(f"Replaced by the scenario: {', '.join(factors['overridden'])}.")
    say(RULE)
    numbers = sources_of(sheet.rows)
    for number, row in enumerate(sheet.rows, 1):
        say("")
        console.print(Text.assemble((f"{number} {row.kind}", "bold"), f"  {printable(row.owner)}"), soft_wrap=True)
        say(f"  {row.what}")
        say(f"  = {row.energy_mj:.6f} MJ, {row.whole_wtt_grams} + {row.whole_ttw_grams} g")
        if row.note:
            say(f"  rate: {row.note}")
        marks = [f"energy {_mark(numbers, row.energy_source)}", f"factor {_mark(numbers, row.factor_source)}"]
        say(f"  factor: {row.factor}; {row.data} data; {', '.join(marks)}")
        say(f"  share {share_text(row.share, row.whole)}: {row.wtt_grams} + {row.ttw_grams} = {row.grams} g")
    say("")
    wtt, ttw = sum(row.wtt_grams for row in sheet.rows), sum(row.ttw_grams for row in sheet.rows)
    whole = Text.assemble(("Sum", "bold"), f": {wtt} + {ttw} = {wtt + ttw} g CO2e")
    console.print(whole, soft_wrap=True)
    if sheet.tkm:
        say(f"{thousands((wtt + ttw) / sheet.tkm, 2)} g/tkm; the plan emits {sheet.plan_grams} g in all")
    shares = by_data(sheet.rows)
    words = ", ".join(f"{percent(g / (wtt + ttw), 1)} {word}" for word, g in shares.items() if g and wtt + ttw)
    say(f"Energy data: {words or 'none'}.")
    _print_prices(sheet)
    if numbers:
        print_grid("Sources", ("No", "Text"), [(str(n), text) for text, n in numbers.items()])


def _mark(numbers: dict[str, int], source: str) -> str:
    return f"[{numbers[source]}]" if source in numbers else "own"


def _print_prices(sheet: CarbonSheet) -> None:
    if not sheet.prices:
        return
    left = "left out of" if sheet.excluded else "counted in"
    whole = thousands(eur(sum(line.carbon_cents for line in sheet.prices)), 2)
    rows = [
        (
            line.kind,
            line.what,
            thousands(eur(line.line_cents), 2),
            thousands(eur(line.line_carbon_cents), 2),
            share_text(line.share, line.whole),
            thousands(eur(line.carbon_cents), 2),
        )
        for line in sheet.prices
    ]
    heads = ("Kind", "What", "Line EUR", "of it carbon", "Share", "Own EUR")
    title = f"Carbon already inside prices: {whole} EUR, {left} the objective"
    print_grid(title, heads, rows, right=("Line EUR", "of it carbon", "Own EUR"))
