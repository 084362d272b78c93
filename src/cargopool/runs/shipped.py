"""Scenarios and schemas that come with the package."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cargopool.errors import Diagnostic, InputError
from cargopool.runs.folder import writing

_SCENARIO = "scenario.yaml"


def template_names() -> list[str]:
    """Names of the shipped scenarios."""
    return sorted(path.name for path in _shipped("scenarios").iterdir() if (path / _SCENARIO).is_file())


def copy_template(name: str, folder: str | os.PathLike[str]) -> Path:
    """Copy a shipped scenario into a new or empty folder.

    Raises
    ------
    InputError
        When there is no such scenario, or the folder has something in it.
    OutputError
        When the disk does not take it.
    """
    names = template_names()
    if name not in names:
        raise InputError(
            Diagnostic("E2006", f"there is no template {name!r}", "--template", f"one of {', '.join(names)}")
        )
    target = Path(folder)
    if os.path.lexists(target) and (not target.is_dir() or any(target.iterdir())):
        raise InputError(
            Diagnostic("E2007", "is not an empty folder", str(target), "name a folder that does not exist")
        )
    with writing(target):
        shutil.copytree(_shipped("scenarios") / name, target, dirs_exist_ok=True)
    return target


def default_folder(file: str | os.PathLike[str], variant: str) -> Path:
    """Where a run goes when nobody says: ``runs/NAME`` or ``runs/NAME-VARIANT`` in the current folder."""
    path = Path(file).resolve()
    stem = path.parent.name if path.is_file() else path.name
    return Path("runs") / (stem if variant == "base" else f"{stem}-{variant}")


def schema_text(what: str) -> str:
    """The JSON Schema of ``scenario`` files or of a ``plan``.

    Raises
    ------
    InputError
        When there is no such schema.
    """
    from cargopool.files import schemas

    makers = {"scenario": schemas.schema, "plan": schemas.plan_schema}
    if what not in makers:
        raise InputError(Diagnostic("E2008", f"there is no schema {what!r}", "", f"one of {', '.join(makers)}"))
    return schemas.schema_text(makers[what]())


def _shipped(kind: str) -> Path:
    """The folder in an installed package, or in the repository of an editable install."""
    package = Path(__file__).resolve().parents[1]
    for path in (package / "_shipped" / kind, package.parents[1] / kind):
        if path.is_dir():
            return path
    raise InputError(Diagnostic("E2009", f"this installation has no {kind}", str(package), "install it again"))
