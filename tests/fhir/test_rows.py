from __future__ import annotations

import pytest
from submissions import an_entry

from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.rows import (
    Reading,
    Row,
    Unmapped,
    Writing,
    attributes_in,
    home_extension,
    home_in,
    put_attributes,
)

ROWS = (
    Row("mimeType", "content[].type", lambda value, _: value.upper(), lambda value, _: value.lower()),
    Row("size", "size", lambda value, _: int(value), lambda value, _: str(int(value))),
    Row("referenceIdList", "ids", lambda value, _: value or None, lambda value, _: value, many=True),
)
WRITING = Writing(systems=Systems(), url=lambda _: "")
READING = Reading(systems=Systems(), resolve=lambda _: None, patient=lambda _: None)


def test_what_an_object_has_comes_back_and_what_it_lacks_has_no_element() -> None:
    entry = an_entry(mimeType="text/plain", size=None, referenceIdList=("a", "b"))
    resource: dict[str, object] = {}
    put_attributes(resource, ROWS, entry, WRITING)
    assert resource == {"content": [{"type": "TEXT/PLAIN"}], "ids": ["a", "b"], "status": "current"}
    assert attributes_in(resource, ROWS, READING) == {
        "mimeType": "text/plain",
        "referenceIdList": ("a", "b"),
    }


def test_an_element_that_cannot_be_read_is_named() -> None:
    with pytest.raises(Unmapped, match="invalid literal") as caught:
        attributes_in({"size": "many"}, ROWS, READING)
    assert caught.value.path == "size"


def test_the_community_of_a_resource_is_in_its_extension() -> None:
    assert home_in({"extension": [{"url": "other"}, home_extension("urn:oid:2.999.1")]}) == "urn:oid:2.999.1"
    assert home_in({}) is None
