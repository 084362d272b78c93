"""report.html: complete, offline, harmless, and with the figures of run.json."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.html import render_report, source_hash
from cargopool.reporting.text import thousands
from hostile import attacked

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]


class Page(HTMLParser):
    """Elements, attributes and texts of a page as a browser's parser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def html(scenario: Scenario, plan: Plan, recorded) -> str:
    return render_report(scenario, plan, recorded(scenario, plan))


def assert_harmless(page: Page) -> None:
    scripts = page.named("script")
    assert [s.get("type") for s in scripts] == ["application/json", None]
    assert all("src" not in s for s in scripts)
    for tag, attributes in page.elements:
        assert tag not in ("img", "iframe", "object", "embed", "link", "base", "form"), tag
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        assert (attributes.get("href") or "#").startswith("#")
    (policy,) = [m["content"] for m in page.named("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    style, code = page.texts["style"], page.texts["script"][-1]
    assert source_hash("".join(style)) in policy
    assert source_hash(code) in policy


def test_one_offline_file_under_a_strict_policy(html: str) -> None:
    assert_harmless(Page(html))
    assert not re.search(r"(?i)(src|href|url|@import)\s*[=(]\s*[\"']?(https?:)?//", html)


def test_figures_equal_run_json(html: str, scenario: Scenario, plan: Plan, recorded) -> None:
    record = recorded(scenario, plan)
    page = Page(html)
    assert json.loads(page.texts["script"][0]) == json.loads(json.dumps(record))
    text = " ".join(t for texts in page.texts.values() for t in texts)
    for value in (record["cost_eur"], record["objective_eur"], record["bound_eur"]):
        assert f"{thousands(value, 2)} EUR" in text
    assert f"{thousands(record['co2e_kg'])} kg" in text
    assert "5 of 6 served" in text
    assert "No way reaches Zaragoza in time." in text


def test_invented_and_recalled_facts_are_marked(html: str) -> None:
    assert "synthetic demand" in html
    section = html.split('id="provenance"')[1]
    assert '<span class="flag">synthetic</span>' in section
    assert '<span class="flag">memory</span>' in section


def test_a_hostile_scenario_is_only_text(scenario: Scenario, plan: Plan, recorded) -> None:
    bad_scenario, bad_plan, texts = attacked(scenario, plan)
    html = render_report(bad_scenario, bad_plan, recorded(bad_scenario, bad_plan))
    page = Page(html)
    assert_harmless(page)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", html)
    shown = " ".join(t for found in page.texts.values() for t in found)
    assert "<script>alert(1)</script>" in shown
    assert "{{ 7 * 7 }}" in shown
    assert json.loads(page.texts["script"][0])["scenario"] in texts


def test_a_run_without_a_plan_has_a_report(scenario: Scenario, recorded) -> None:
    page = Page(render_report(scenario, None, recorded(scenario, None)))
    assert_harmless(page)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize("kind", ["plain", "hostile"])
def test_opens_with_the_network_off_in_a_browser(
    kind: str, scenario: Scenario, plan: Plan, recorded, tmp_path: Path
) -> None:
    if kind == "hostile":
        scenario, plan, _ = attacked(scenario, plan)
    path = tmp_path / "report.html"
    path.write_text(render_report(scenario, plan, recorded(scenario, plan)), encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--v=0"]
    done = subprocess.run(
        [*command, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    assert "6 of 6 shipments" in done.stdout  # the script ran under its hash
    assert "CONSOLE" not in done.stderr  # no refusal by the policy, no script error
