from __future__ import annotations

from dataclasses import replace

import pytest
from rule_examples import KNOWN, broken_by, in_module, with_
from submissions import AUTHORITY, PATIENT, a_submission, an_association, an_entry, uuid

from xdsi_sim.ebrim.model import Folder
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.subjects import Known, Registered
from xdsi_sim.rules.transactions import check_registration
from xdsi_sim.vocab import DEPRECATED
from xdsi_sim.vocab import Association as Type


@pytest.mark.parametrize("rule", in_module("standing"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


def told(request: SubmitObjectsRequest, known: Known = KNOWN) -> list[tuple[str, str, str]]:
    """Rule, object and attribute of all that is found."""
    verdict = check_registration(request, known)
    found = zip(verdict.findings, verdict.places, strict=True)
    return [(finding.rule, place.object or "", place.attribute or "") for finding, place in found]


def test_nothing_is_appended_to_a_transformation_of_the_same_request() -> None:
    entries = tuple(map(an_entry, (1, 2, 3)))
    appended = an_association(uuid(3), uuid(2), Type.APND, entryUUID="appended")
    for type_, found in ((Type.XFRM, [("E23", "appended", "targetObject")]), (Type.SIGNS, [])):
        related = an_association(uuid(2), uuid(1), type_)
        assert told(a_submission(entries=entries, more=(related, appended))) == found


def test_a_folder_that_is_deprecated_gets_no_member() -> None:
    folder = Registered(
        entryUUID=uuid(210),
        kind=Folder,
        availabilityStatus=DEPRECATED,
        patientId=PATIENT,
        uniqueId="2.999.4.10",
    )
    known = replace(KNOWN, objects={**KNOWN.objects, uuid(210): folder})
    request = with_(
        an_association(uuid(210), uuid(8), entryUUID="inside"), an_association(uuid(100), "inside")
    )
    assert told(request, known) == [("F16", "inside", "sourceObject"), ("F16", "inside", "targetObject")]
    codes = [error.errorCode for error in check_registration(request, known).errors]
    assert codes == ["XDSRegistryMetadataError", "XDSRegistryDeprecatedDocumentError"]


@pytest.mark.parametrize("type_", [Type.RPLC, Type.XFRM_RPLC])
def test_a_replacement_has_the_patient_of_each_folder_that_it_joins(type_: Type) -> None:
    request = with_(an_association(uuid(1), uuid(10), type_, entryUUID="replaces"))
    assert ("F26", "replaces", "sourceObject") in told(request)
    folder = Registered(entryUUID=uuid(209), kind=Folder, patientId=f"old^^^&{AUTHORITY}&ISO")
    same = replace(KNOWN, folders={uuid(10): (folder,)})
    assert "F26" not in {rule for rule, _, _ in told(request, same)}


def test_what_is_only_related_joins_no_folder() -> None:
    request = with_(an_association(uuid(1), uuid(10), Type.SIGNS))
    assert told(request) == []
