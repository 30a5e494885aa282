from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from a_fhir_face import a_bundle, data_of, the
from submissions import PATIENT, a_set, an_entry, uuid

from xdsi_sim.content import read_all
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.outcome import Rejected
from xdsi_sim.fhir.provided import read_provide_bundle
from xdsi_sim.fhir.submission import Domain, Submission, simple_submission, submission_of
from xdsi_sim.vocab import Association


def domain() -> Domain:
    uuids, uids = count(7_000), count(1)
    return Domain(
        authority="2.999.1.1",
        systems=Systems(),
        sourceId="2.999.1",
        new_uuid=lambda: uuid(next(uuids)),
        new_uid=lambda: f"2.999.77.{next(uids)}",
        now=lambda: datetime(2024, 2, 12, 9, tzinfo=UTC),
    )


def submitted(bundle: dict[str, Any]) -> Submission:
    return submission_of(read_provide_bundle(bundle), domain())


def test_a_bundle_says_what_the_submission_said_that_it_was_made_of() -> None:
    made = submitted(a_bundle(1))
    objects = made.request.submission.objects
    info = ("PID-3|L1^^^&2.999.20.1&ISO",)
    assert objects.documentEntries == (
        an_entry(1, hash=None, size=None, repositoryUniqueId=None, sourcePatientInfo=info),
    )
    assert objects.submissionSets == (a_set(100_001),)
    (link,) = objects.associations
    assert (link.associationType, link.submissionSetStatus) == (Association.HAS_MEMBER, "Original")
    assert (link.sourceObject, link.targetObject) == (uuid(100_001), uuid(1))
    (document,) = made.request.documents
    assert (document.id, read_all(document.content)) == (uuid(1), b"text")
    assert made.made == {
        0: ("List", uuid(100_001)[9:]),
        1: ("DocumentReference", uuid(1)[9:]),
        2: ("Binary", uuid(1)[9:]),
    }
    assert made.issues == ()


def test_objects_without_uuid_of_their_own_get_one() -> None:
    bundle = a_bundle(1)
    for entry in bundle["entry"][:2]:
        identifiers = entry["resource"]["identifier"]
        entry["resource"]["identifier"] = [each for each in identifiers if "uuid" not in each["value"]]
    objects = submitted(bundle).request.submission.objects
    assert objects.submissionSets[0].entryUUID == uuid(7000)
    assert objects.documentEntries[0].entryUUID == uuid(7001)
    assert objects.associations[0].targetObject == uuid(7001)


def test_a_unique_id_that_is_a_uuid_is_not_taken_for_the_id_of_the_entry() -> None:
    bundle = a_bundle(1)
    reference = the(bundle, "DocumentReference")
    master = {"system": "urn:ietf:rfc:3986", "value": uuid(77)}
    reference |= {"masterIdentifier": master, "identifier": [master]}
    (entry,) = submitted(bundle).request.submission.objects.documentEntries
    assert (entry.entryUUID, entry.uniqueId) == (uuid(7000), f"2.25.{int(uuid(77)[9:].replace('-', ''), 16)}")


def test_a_replacement_is_an_association_and_needs_its_patch() -> None:
    bundle = a_bundle(2, replaces=1)
    made = submitted(bundle)
    links = {each.associationType: each for each in made.request.submission.objects.associations}
    assert links[Association.RPLC].targetObject == uuid(1)
    assert made.made[3] == ("DocumentReference", uuid(1)[9:])
    del bundle["entry"][3]
    assert "no PATCH says" in submitted(bundle).issues[0].text


def test_replacing_and_transforming_is_one_association() -> None:
    bundle = a_bundle(2, replaces=1)
    reference = the(bundle, "DocumentReference")
    reference["relatesTo"].append({**reference["relatesTo"][0], "code": "transforms"})
    types = [each.associationType for each in submitted(bundle).request.submission.objects.associations]
    assert types == [Association.HAS_MEMBER, Association.XFRM_RPLC]


def test_documents_of_others_are_members_by_reference_and_own_ones_need_not_be_listed() -> None:
    bundle = a_bundle(1)
    the(bundle, "List")["entry"] = [{"item": {"reference": f"DocumentReference/{uuid(5)[9:]}"}}]
    made = submitted(bundle)
    links = made.request.submission.objects.associations
    assert [(each.targetObject, each.submissionSetStatus) for each in links] == [
        (uuid(1), "Original"),
        (uuid(5), "Reference"),
    ]
    assert "does not list this document" in made.issues[0].text


def test_a_folder_and_what_it_holds() -> None:
    bundle = a_bundle(1)
    list_ = the(a_bundle(9), "List")
    code = {"coding": [{**list_["code"]["coding"][0], "code": "folder"}]}
    folder = {**list_, "code": code, "entry": [{"item": {"reference": uuid(1)}}]}
    bundle["entry"].append(
        {"fullUrl": "urn:uuid:f", "resource": folder, "request": {"method": "POST", "url": "List"}}
    )
    objects = submitted(bundle).request.submission.objects
    (made,) = objects.folders
    ends = [(each.sourceObject, each.targetObject) for each in objects.associations]
    assert (made.entryUUID, uuid(1)) in ends
    link = next(each for each in objects.associations if each.sourceObject == made.entryUUID)
    assert (uuid(100_001), link.entryUUID) in ends  # the set holds the link, too


def test_a_patient_beside_the_documents_is_who_they_are_about() -> None:
    bundle = a_bundle(1)
    identifiers = [{"system": "urn:oid:2.999.1.1", "value": "P7"}]
    patient = {"resourceType": "Patient", "identifier": identifiers}
    bundle["entry"].append(
        {"fullUrl": "urn:uuid:p", "resource": patient, "request": {"method": "POST", "url": "Patient"}}
    )
    the(bundle, "DocumentReference")["subject"] = {"reference": "urn:uuid:p"}
    entry = submitted(bundle).request.submission.objects.documentEntries[0]
    assert entry.patientId == "P7^^^&2.999.1.1&ISO"


def broken(**changes: Any) -> dict[str, Any]:
    bundle = a_bundle(2, replaces=1)
    the(bundle, "DocumentReference").update(changes)
    return bundle


def unpatched() -> dict[str, Any]:
    bundle = a_bundle(2, replaces=1)
    bundle["entry"][3]["request"]["url"] = f"DocumentReference/{uuid(5)[9:]}"
    return bundle


def lonely() -> dict[str, Any]:
    bundle = a_bundle(1)
    bundle["entry"].append({**bundle["entry"][2], "fullUrl": "urn:uuid:other"})
    return bundle


def retyped() -> dict[str, Any]:
    bundle = a_bundle(1)
    the(bundle, "Binary")["contentType"] = "text/plain"
    return bundle


@pytest.mark.parametrize(
    ("bundle", "text"),
    [
        (broken(subject={"identifier": {"system": "x", "value": "P1"}}), "subject: the system of a patient"),
        (broken(relatesTo=[{"code": "replaces", "target": {"reference": "x"}}]), "leads to no document"),
        (unpatched(), "sets no status of a document that is replaced"),
        (lonely(), "no DocumentReference of the bundle leads to the Binary"),
        (retyped(), "'text/plain' in the Binary"),
    ],
)
def test_what_metadata_cannot_say_is_refused(bundle: dict[str, Any], text: str) -> None:
    with pytest.raises(Rejected, match=text) as caught:
        submitted(bundle)
    assert caught.value.status == 422


def test_a_document_that_is_not_there_is_told_as_soap_would() -> None:
    bundle = a_bundle(1)
    del bundle["entry"][2]
    with pytest.raises(Rejected) as caught:
        submitted(bundle)
    assert caught.value.issues[0].error == "XDSMissingDocument"


def test_one_document_alone_gets_a_submission_set() -> None:
    resource = the(a_bundle(1), "DocumentReference")
    attachment = resource["content"][0]["attachment"]
    del attachment["url"], resource["masterIdentifier"]
    attachment["data"] = data_of(b"alone")
    objects = simple_submission(resource, domain()).request.submission.objects
    (holder,) = objects.submissionSets
    assert (holder.sourceId, holder.patientId, holder.submissionTime) == (
        "2.999.1",
        PATIENT,
        "20240212090000",
    )
    assert objects.documentEntries[0].uniqueId == "2.999.77.1"
    del attachment["data"]
    with pytest.raises(Rejected, match="data is missing"):
        simple_submission(resource, domain())
