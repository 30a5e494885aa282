from __future__ import annotations

import pytest

from xdsi_sim.fhir.elements import element_of


@pytest.mark.parametrize(
    ("object", "attribute", "element"),
    [
        ("urn:uuid:1", "typeCode", "DocumentReference.type"),
        ("urn:uuid:2", "sourceId", "List.extension"),
        ("urn:uuid:2", "uniqueId", "List.identifier"),
        ("urn:uuid:1", "shelf", None),
        (None, "typeCode", "DocumentReference.type"),
    ],
)
def test_an_attribute_has_the_element_of_its_kind_of_object(
    object: str | None, attribute: str, element: str | None
) -> None:
    assert element_of(object, attribute, {"urn:uuid:2"}) == element
