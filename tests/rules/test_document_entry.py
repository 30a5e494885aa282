from __future__ import annotations

import pytest
from rule_examples import broken_by, entry, in_module

from xdsi_sim.ebrim.model import Code, Slot
from xdsi_sim.rules.document_entry import HASH_OF_NOTHING
from xdsi_sim.rules.transactions import check_registration

ISSUED = ("2013:order", "2013:referral", "2015:encounterId")
UNIQUE = ("xds:2016:studyInstanceUID", "xdw:2013:workflowInstanceId")


@pytest.mark.parametrize("rule", in_module("document_entry"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


NOTHING = {"size": "0", "hash": HASH_OF_NOTHING}
URNS = "urn:ihe:iti:xds:"
STUDY = f"{URNS}2016:studyInstanceUID"
ONE, AUTHORITY = "one value is expected", "referenceIdList is wrong, an assigning authority is"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"serviceStartTime": "20240301", "serviceStopTime": "20240301"}, []),
        ({"serviceStartTime": "20240301", "serviceStopTime": "2024"}, []),
        ({"serviceStartTime": "2024", "serviceStopTime": "20240301"}, []),
        ({"serviceStartTime": "20240302", "serviceStopTime": "20240301"}, ["D11"]),
        ({"serviceStartTime": "20240302"}, []),
        ({"serviceStartTime": "2024-3", "serviceStopTime": "2023"}, ["D08"]),
        ({"serviceStartTime": "2024", "serviceStopTime": "199"}, ["D08"]),
        ({"hash": "ABCDEF0123" * 4}, []),
        ({"hash": "a" * 39}, ["D12"]),
        ({"hash": "a" * 41}, ["D12"]),
        ({"size": str(2**63 - 1)}, []),
        ({"size": str(2**63)}, ["D13"]),
        ({"size": "0" * 20}, ["D13"]),
        ({"size": "4.0"}, ["D13"]),
        (NOTHING, []),
        (NOTHING | {"hash": HASH_OF_NOTHING.upper()}, []),
        (NOTHING | {"size": "4"}, ["D14"]),
        (NOTHING | {"hash": "a" * 40}, ["D14"]),
        (NOTHING | {"size": "00", "hash": "a" * 40}, ["D14"]),
        ({"uniqueId": "1" * 128}, []),
        ({"uniqueId": "1" * 129}, ["D24"]),
        ({"uniqueId": ""}, ["D24"]),
        ({"uniqueId": "urn:oid:2.999.2.1"}, ["D25"]),
        ({"uniqueId": "urn:hl7ii:2.999:1"}, ["D25"]),
        ({"uniqueId": "urn:uuid:2.999"}, []),
        ({"languageCode": "de-CH-1996"}, []),
        ({"languageCode": "germanlanguage"}, ["D26"]),
        ({"formatCode": Code.of("PDF", "2.999.7", "PDF")}, []),
        ({"URI": "a/b.xml"}, []),
        ({"extra": (Slot("URI", ("1|http://x/", "2|y")),)}, ["D37"]),
        ({"referenceIdList": (f"A1^^^^{URNS}2013:accession",)}, []),
        ({"referenceIdList": (f"A1^^^&2.999&ISO^{URNS}2013:accession",)}, []),
        *[({"referenceIdList": (f"A1^^^^{URNS}{name}",)}, ["D34"]) for name in ISSUED],
        *[({"referenceIdList": (f"A1^^^&2.999&ISO^{URNS}{name}",)}, []) for name in ISSUED],
        *[({"referenceIdList": (f"2.999^^^&2.999&ISO^urn:ihe:iti:{name}",)}, ["D34"]) for name in UNIQUE],
        *[({"referenceIdList": (f"2.999^^^^urn:ihe:iti:{name}",)}, []) for name in UNIQUE],
        ({"referenceIdList": (f"2.999^^^^{URNS}2013:uniqueId",)}, []),
        ({"referenceIdList": ("A1^^^^urn:x",)}, ["D35"]),
    ],
)
def test_where_what_is_right_ends(changes: dict[str, object], found: list[str]) -> None:
    assert [finding.rule for finding in check_registration(entry(**changes)).findings] == found


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"uniqueId": ""}, "uniqueId is empty"),
        (NOTHING | {"size": "4"}, "size is not 0, but hash is that of no bytes: '4'"),
        ({"uniqueId": "urn:hl7ii:2.999:1"}, "uniqueId begins with urn:hl7ii:: 'urn:hl7ii:2.999:1'"),
        (
            {"extra": (Slot("URI", ("1|http://x/", "2|y")),)},
            f"URI is parted into numbered values, as old editions had it; {ONE}: '1|http://x/, 2|y'",
        ),
        (
            {"referenceIdList": (f"A1^^^^{URNS}2013:order",)},
            f"{AUTHORITY} expected with {URNS}2013:order: 'A1^^^^{URNS}2013:order'",
        ),
        (
            {"referenceIdList": (f"1.2^^^&1.2&ISO^{STUDY}",)},
            f"{AUTHORITY} not allowed with {STUDY}: '1.2^^^&1.2&ISO^{STUDY}'",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(changes: dict[str, object], text: str) -> None:
    (finding,) = check_registration(entry(**changes)).findings
    assert finding.text == text
