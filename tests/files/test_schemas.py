import json
from pathlib import Path

import jsonschema
import pytest

from cargopool.files import plan_schema, schema, schema_text
from cargopool.files.cells import columns_of
from cargopool.files.documents import parse_yaml, plain
from cargopool.files.entities import SECTION_KINDS
from cargopool.files.findings import Findings
from files.defect_base import FILES

VALIDATOR = jsonschema.Draft202012Validator(schema())
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("name", "values"), [("scenario", schema()), ("plan", plan_schema())])
def test_schema_files_are_in_step(name: str, values: dict[str, object]) -> None:
    """Regenerate with: cargopool schema."""
    assert (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8") == schema_text(values)
    jsonschema.Draft202012Validator.check_schema(values)


def _values(text: str) -> object:
    document = parse_yaml(text, "s.yaml", Findings())
    assert document is not None
    return json.loads(json.dumps(plain(document.root)))


@pytest.mark.parametrize("path", sorted(ROOT.glob("scenarios/*/scenario.yaml")), ids=lambda path: path.parent.name)
def test_shipped_scenarios_fit_the_schema(path: Path) -> None:
    VALIDATOR.validate(_values(path.read_text(encoding="utf-8")))


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    text = FILES["scenario.yaml"]
    VALIDATOR.validate(_values(text))
    for old, new in [
        ("synthetic: true", "synthetics: true"),
        ("unserved: allowed", "unserved: maybe"),
        ("radius_km: 120", "radius_km: far"),
        ("format: cargopool/1", "format: cargopool/2"),
        ("kind: container", "kind: crate"),
    ]:
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(_values(text.replace(old, new)))


def test_every_field_is_described() -> None:
    for name, definition in schema()["$defs"].items():
        for field, values in definition["properties"].items():
            assert values.get("description"), f"{name}.{field}"


def test_every_column_has_a_kind() -> None:
    for kind in SECTION_KINDS.values():
        columns = columns_of(kind.row_type)
        assert list(columns)[-4:] == ["source", "confidence", "licence", "note"]
        assert all(name in columns for name in kind.key_fields)
