from __future__ import annotations

from typing import Any

import pytest

from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier, coded_entry, designator


def an_item(**values: str) -> dict[str, Any]:
    tags = {
        "value": "00080100",
        "long": "00080119",
        "urn": "00080120",
        "scheme": "00080102",
        "meaning": "00080104",
        "name": "00400031",
        "id": "00400032",
        "type": "00400033",
    }
    return {tags[name]: {"vr": "??", "Value": [value]} for name, value in values.items()}


@pytest.mark.parametrize(
    ("item", "entry"),
    [
        (an_item(value="1", scheme="LN", meaning="One"), CodedEntry("1", "LN", "One")),
        (an_item(long="12345678901234567", scheme="LN"), CodedEntry("12345678901234567", "LN", "")),
        (an_item(urn="urn:oid:2.999", meaning="U"), CodedEntry("urn:oid:2.999", "", "U")),
        (an_item(scheme="LN", meaning="One"), None),
    ],
)
def test_a_code_may_stand_in_three_places(item: dict[str, Any], entry: CodedEntry | None) -> None:
    assert coded_entry(item) == entry


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ((), None),
        ((an_item(),), None),
        ((an_item(name="NORTH"),), HierarchicDesignator(namespace_id="NORTH")),
        ((an_item(id="2.999", type="ISO"), an_item(id="2.999.2")), HierarchicDesignator.of("2.999")),
    ],
)
def test_a_designator_is_the_first_item_with_anything_in_it(
    sequence: tuple[dict[str, Any], ...], expected: HierarchicDesignator | None
) -> None:
    assert designator(sequence) == expected


@pytest.mark.parametrize(
    ("issuer", "oid"),
    [
        (HierarchicDesignator.of("2.999"), "2.999"),
        (HierarchicDesignator(universal_id="north.example", universal_id_type="DNS"), None),
        (HierarchicDesignator(namespace_id="NORTH"), None),
        (None, None),
    ],
)
def test_only_an_iso_designator_is_an_oid(issuer: HierarchicDesignator | None, oid: str | None) -> None:
    assert Identifier("1", issuer).oid == oid
