"""The report of a batch: one offline file without any script."""

from __future__ import annotations

from cargopool.reporting.batch_view import BatchView
from cargopool.reporting.html import asset, render_page, source_hash


def render_batch(view: BatchView) -> str:
    """The page of a batch as HTML text."""
    from markupsafe import Markup

    style = asset("report.css") + asset("batch.css")
    policy = f"default-src 'none'; style-src '{source_hash(style)}'; base-uri 'none'; form-action 'none'"
    return render_page("batch.html.j2", policy=policy, style=Markup(style), view=view)
