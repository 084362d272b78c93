"""One run from inputs to a run folder, resumable and locked."""

from cargopool.runs.execution import RunOutcome, RunRequest, run
from cargopool.runs.explained import explain
from cargopool.runs.opening import Run, is_run, load_plan, open_run
from cargopool.runs.record import to_json
from cargopool.runs.shipped import copy_template, default_folder, schema_text, template_names
from cargopool.runs.solving import RunResult, solve
from cargopool.runs.writing import write_ileap, write_report

__all__ = [
    "Run",
    "RunOutcome",
    "RunRequest",
    "RunResult",
    "copy_template",
    "default_folder",
    "explain",
    "is_run",
    "load_plan",
    "open_run",
    "run",
    "schema_text",
    "solve",
    "template_names",
    "to_json",
    "write_ileap",
    "write_report",
]
