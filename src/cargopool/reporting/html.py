"""report.html: one offline file under a strict content security policy."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.text import percent, printable, thousands
from cargopool.reporting.view import make_view

if TYPE_CHECKING:
    from jinja2 import Environment

_SCRIPT_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def render_report(scenario: Scenario, plan: Plan | None, record: Mapping[str, Any]) -> str:
    """The whole report as HTML text; every figure of a run is that of ``record`` (run.json)."""
    from markupsafe import Markup

    style, script = asset("report.css"), asset("report.js")
    return render_page(
        "report.html.j2",
        policy=content_policy(style, script),
        style=Markup(style),  # packaged, and pinned by its hash
        script=Markup(script),
        record_json=Markup(json_for_html(record)),
        view=make_view(scenario, plan, record),
    )


def render_page(template: str, **values: object) -> str:
    """A packaged template with values; text is escaped unless it is markup of our own."""
    return _environment().get_template(template).render(**values)


def content_policy(style: str, script: str) -> str:
    """A policy that allows exactly this style and this script, and no other source of anything."""
    return (
        f"default-src 'none'; style-src '{source_hash(style)}'; script-src '{source_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def source_hash(text: str) -> str:
    """The CSP hash source of an inline element's text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def json_for_html(value: object) -> str:
    """JSON that cannot end its script element, whatever text is in it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return "".join(_SCRIPT_ESCAPES.get(character, character) for character in text)


@cache
def asset(name: str) -> str:
    """Text of a packaged style or script."""
    return files("cargopool.reporting").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("cargopool.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalised,
    )
    environment.filters |= {"thousands": thousands, "percent": percent}
    return environment


def _finalised(value: object) -> object:
    """Make control and direction characters of user text visible; markup of our own passes."""
    from markupsafe import Markup

    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
