"""Sample submissions of the NIST toolkit, kept beside the project; not everybody has them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from submissions import AUTHORITY, PATIENT

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.submit import SubmitObjectsRequest, read_submit_objects

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "nist"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text()) if FOLDER.is_dir() else []
PATIENTS = {
    "$patientid$": PATIENT,
    "$altpatientid$": f"P2^^^&{AUTHORITY}&ISO",
    "$unknownpatientid$": f"P9^^^&{AUTHORITY}&ISO",
}


def load_render() -> ModuleType:
    """What fills the placeholders of a sample."""
    if not CASES:
        pytest.skip("the sample submissions are not beside this checkout")
    spec = importlib.util.spec_from_file_location("render", FOLDER / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def submission(render: ModuleType, step: dict[str, Any], known: dict[str, str]) -> SubmitObjectsRequest:
    """The request of a step; `known` learns what later steps need of it."""
    text = (FOLDER / step["file"]).read_text(encoding="utf-8")
    if "two-docs" in step["file"]:  # its two documents differ and have one uniqueId, which is forbidden
        text = text.replace("$uid:Document01$", "$uid:Document02$", 1)
    filled, names = render.render(text, known)
    render.bind(known, step.get("bind"), names)
    return read_submit_objects(parse(filled.encode()))
