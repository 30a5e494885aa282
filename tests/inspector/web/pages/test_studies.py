from __future__ import annotations

import pytest
from an_inspector import Inspector

from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.inspector.web.pages.studies import _text, sources


def test_each_source_has_its_studies(inspector: Inspector) -> None:
    north, south = sources(Inspected(running=inspector.running, reader=None))
    assert (north.id, len(north.studies), north.more) == ("pacs-north", 2, False)
    assert len(south.studies) == 3
    assert north.studies[0].viewer is None
    assert (north.studies[0].description, north.studies[0].patient_id) == ("CT Head", "N-4711")


@pytest.mark.parametrize(
    "path", ["pacs-north/1.2.3", "registry/2.999.76.1", "nobody/1", "pacs-north/%3Cx%3E"]
)
def test_where_there_is_no_picture_it_is_told(inspector: Inspector, path: str) -> None:
    assert inspector.get(f"studies/{path}/picture").status == 404


@pytest.mark.parametrize("value", [None, [], {"Value": "x"}, {"Value": [None]}, {"Value": [{"Other": 1}]}])
def test_what_another_archive_says_may_be_anything(value: object) -> None:
    assert isinstance(_text(value), str)
