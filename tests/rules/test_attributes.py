from __future__ import annotations

from dataclasses import replace

import pytest
from rule_examples import broken_by, in_module
from submissions import a_folder, a_set, an_association, an_entry, uuid

from xdsi_sim.ebrim.model import (
    Author,
    Classification,
    Code,
    ExternalIdentifier,
    InternationalString,
    MetadataObject,
    Slot,
)
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import judge, rules

TIMES = ("creationTime", "serviceStartTime", "serviceStopTime")
ENDS = ("entryUUID", "logicalID", "sourceObject", "targetObject")
LINK = an_association(uuid(1), uuid(2))


@pytest.mark.parametrize("rule", in_module("attributes"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


BAD_ID, BAD_UUID, BAD_ESCAPE = "P1", "urn:uuid:x", "a\\X0D\\"


@pytest.mark.parametrize(
    ("rule", "value", "attribute"),
    [
        *[("D08", an_entry(**{name: "2024-02"}), name) for name in TIMES],
        ("D08", a_set(submissionTime="2024-02"), "submissionTime"),
        ("D08", a_folder(lastUpdateTime="2024-02"), "lastUpdateTime"),
        *[("D15", an_entry(**{name: BAD_ID}), name) for name in ("patientId", "sourcePatientId")],
        *[
            ("D15", make(patientId=id), "patientId")
            for make in (an_entry, a_set, a_folder)
            for id in ("", BAD_ID)
        ],
        ("D23", an_entry(repositoryUniqueId="urn:oid:1.2"), "repositoryUniqueId"),
        ("D23", a_set(uniqueId=""), "uniqueId"),
        ("D23", a_set(sourceId="1.02"), "sourceId"),
        ("D23", a_folder(uniqueId="1." + "2" * 63), "uniqueId"),
        ("D36", an_entry(title=InternationalString.of("x" * 128)), "title"),
        ("D36", a_set(title=InternationalString.of("x" * 256)), "title"),
        ("D36", a_folder(title=InternationalString.of("x" * 257)), "title"),
        *[("C09", make(entryUUID=BAD_UUID), "entryUUID") for make in (an_entry, a_set, a_folder)],
        *[("C09", make(logicalID=BAD_UUID), "logicalID") for make in (an_entry, a_set, a_folder)],
        *[("C09", replace(LINK, **{name: BAD_UUID}), name) for name in ENDS],
        *[
            ("D39", replace(value, homeCommunityId="1.2"), "homeCommunityId")
            for value in (a_set(), a_folder(), LINK)
        ],
        *[("D40", an_entry(**{name: BAD_ESCAPE}), name) for name in ("patientId", "sourcePatientId")],
        ("D40", an_entry(legalAuthenticator=BAD_ESCAPE), "legalAuthenticator"),
        *[
            ("D40", an_entry(**{name: ("a", BAD_ESCAPE)}), name)
            for name in ("sourcePatientInfo", "referenceIdList")
        ],
        ("D40", a_set(patientId=BAD_ESCAPE), "patientId"),
        ("D40", a_set(intendedRecipient=(BAD_ESCAPE,)), "intendedRecipient"),
        ("D40", a_folder(patientId=BAD_ESCAPE), "patientId"),
        ("D40", an_entry(author=(Author(authorPerson=BAD_ESCAPE),)), "authorPerson"),
        ("D40", a_set(author=(Author(authorRole=("r", BAD_ESCAPE)),)), "authorRole"),
    ],
)
def test_every_attribute_of_a_type_is_looked_at(rule: str, value: MetadataObject, attribute: str) -> None:
    (place,) = judge([(value, rules(rule))]).places
    assert (place.object, place.attribute) == (value.entryUUID, attribute)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("D10", a_folder(lastUpdateTime="20240212083000")),
        ("D23", a_folder(uniqueId="1." + "2" * 62)),
        ("D36", an_entry(title=InternationalString.of("x" * 127))),
        ("D36", a_set(title=InternationalString.of("x" * 255))),
        ("D36", a_folder(title=InternationalString.of("x" * 256))),
        ("C09", an_entry(entryUUID="Document01", logicalID=None)),
    ],
)
def test_what_is_just_within_a_rule_breaks_nothing(rule: str, value: MetadataObject) -> None:
    assert judge([(value, rules(rule))]).findings == ()


def test_what_is_odd_but_wide_spread_is_noted_and_no_peer_is_told() -> None:
    odd = [
        (a_set(uniqueId="3.999.1"), rules("D23")),
        (an_entry(entryUUID=uuid(1).replace("4000", "ABCD")), rules("C09")),
    ]
    for subject in odd:
        verdict = judge([subject])
        assert [finding.severity for finding in verdict.findings] == [Severity.WARNING]
        assert verdict.errors == ()


LONG = InternationalString.of("x" * 1025)
LABEL = Classification(classificationScheme="urn:x", nodeRepresentation="x" * 257)


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [
        ({"comments": InternationalString.of("x" * 1024), "version": "1" * 16, "uniqueId": "1" * 256}, None),
        ({"comments": LONG}, "comments"),
        ({"version": "1" * 17}, "version"),
        ({"uniqueId": "1" * 257}, "uniqueId"),
        ({"mimeType": "a/" + "b" * 255}, "mimeType"),
        ({"typeCode": Code("x" * 257, "s", InternationalString.of("n"))}, "typeCode"),
        ({"typeCode": Code("c", "s" * 257, InternationalString.of("n"))}, "typeCode"),
        ({"typeCode": Code("c", "s", LONG)}, "typeCode"),
        ({"typeCode": Code("c", "s", InternationalString.of("n"), extra=(Slot("s", ("x" * 257,)),))}, "s"),
        ({"URI": "x" * 257}, "URI"),
        ({"author": (Author(authorRole=("r", "x" * 257), authorPerson="D1"),)}, "authorRole"),
        ({"extra": (Slot("urn:" + "x" * 253, ("1",)),)}, "slot name"),
        ({"extra": (Slot("urn:x", ("x" * 257,)),)}, "urn:x"),
        ({"extra": (LABEL,)}, "nodeRepresentation"),
        ({"extra": (ExternalIdentifier(identificationScheme="i", value="x" * 257),)}, "ExternalIdentifier"),
    ],
)
def test_texts_keep_to_the_lengths_of_ebrim(changes: dict[str, object], attribute: str | None) -> None:
    verdict = judge([(an_entry(**changes), rules("C22"))])
    told = [error.codeContext.partition("attribute=")[2].partition(";")[0] for error in verdict.errors]
    assert told == ([] if attribute is None else [attribute])
