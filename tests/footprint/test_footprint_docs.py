"""The examples of the pages on clocks and footprint run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cargopool.footprint import COST_KINDS, TCE_KINDS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["footprint.md", "energy.md", "clock.md"])
def test_examples_run(page):
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, page, "exec"), {})


def test_page_names_every_kind():
    text = (DOCS / "footprint.md").read_text(encoding="utf-8")
    assert [kind for kind in [*COST_KINDS, *TCE_KINDS] if f"`{kind}`" not in text] == []
