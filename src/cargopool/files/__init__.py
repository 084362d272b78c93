"""The file border: YAML and CSV in, resolved scenarios and plans out."""

from cargopool.files.hashes import input_sha256
from cargopool.files.overrides import parse_setting
from cargopool.files.plan_files import read_plan, write_plan
from cargopool.files.read import read_document, read_scenario
from cargopool.files.schemas import plan_schema, schema, schema_text
from cargopool.files.tables import read_csv, write_csv
from cargopool.files.write import write_scenario

__all__ = [
    "input_sha256",
    "parse_setting",
    "plan_schema",
    "read_csv",
    "read_document",
    "read_plan",
    "read_scenario",
    "schema",
    "schema_text",
    "write_csv",
    "write_plan",
    "write_scenario",
]
