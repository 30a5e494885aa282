from __future__ import annotations

import re

import pytest
from an_inspector import Inspector

from xdsi_sim.inspector.web.inspected import HERE
from xdsi_sim.inspector.web.pages.static import _FILES
from xdsi_sim.scenario.reports.templates import FOLDER


@pytest.mark.parametrize("name", _FILES)
def test_a_file_is_served_as_what_it_is(inspector: Inspector, name: str) -> None:
    folder, media_type = _FILES[name]
    answer = inspector.get(f"static/{name}")
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)
    assert answer.body == (folder / name).read_bytes()


def test_every_file_that_a_page_names_is_there() -> None:
    named = {
        name
        for path in (*HERE.glob("*.j2"), *HERE.glob("*.js"))
        for name in re.findall(r"(?:static/|from \"\./)([\w.-]+)", path.read_text(encoding="utf-8"))
    }
    assert named == set(_FILES)


def test_nothing_of_ours_is_loaded_from_elsewhere() -> None:
    for folder in (HERE, FOLDER):
        for path in (*folder.glob("*.js"), *folder.glob("*.css")):
            assert "http" not in path.read_text(encoding="utf-8").replace("http-equiv", "")
