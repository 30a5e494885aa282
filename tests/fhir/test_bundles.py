from __future__ import annotations

from datetime import UTC, datetime

from a_fhir_face import a_bundle
from fhir.resources.R4B.bundle import Bundle
from submissions import a_folder, a_set, an_association, an_entry, uuid

from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.fhir.bundles import provide_bundle, relations, searchset, transaction_response
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.outcome import Issue
from xdsi_sim.vocab import Association


def test_a_searchset_has_matches_included_ones_and_an_outcome() -> None:
    resource = {"resourceType": "Binary", "contentType": "text/plain"}
    found = searchset(
        total=7,
        links=[("self", "http://h/a"), ("next", "http://h/b")],
        matches=[("http://h/1", resource)],
        included=[("http://h/2", resource)],
        issues=[Issue("not-supported", "hm", severity="warning")],
    )
    assert [entry["search"]["mode"] for entry in found["entry"]] == ["match", "include", "outcome"]
    assert found["total"] == 7
    Bundle.model_validate(found)


def test_an_empty_searchset_has_no_entries() -> None:
    found = searchset(total=0, links=[("self", "http://h/a")], matches=[])
    assert "entry" not in found
    Bundle.model_validate(found)


def test_a_transaction_response_tells_of_each_entry() -> None:
    moment = datetime(2024, 2, 12, 8, 30, tzinfo=UTC)
    made = [("201 Created", "List/1"), None]
    found = transaction_response(made, moment, [Issue("informational", "hm", severity="warning")])
    first, second = (entry["response"] for entry in found["entry"])
    assert first["location"] == "List/1/_history/1"
    assert first["outcome"]["issue"][0]["diagnostics"] == "hm"
    assert second == {"status": "200 OK"}
    Bundle.model_validate(found)


def test_what_replaces_and_transforms_is_two_relations() -> None:
    links = [
        an_association(uuid(1), uuid(2), Association.XFRM_RPLC),
        an_association(uuid(1), uuid(3), Association.APND),
        an_association(uuid(9), uuid(1), Association.RPLC),
        an_association(uuid(1), uuid(4)),
    ]
    told = [(each["code"], each["target"]["reference"][-1]) for each in relations(uuid(1), links)]
    assert told == [("transforms", "2"), ("replaces", "2"), ("appends", "3")]


def test_a_submission_becomes_a_bundle_of_the_profile() -> None:
    entry, folder, set_ = an_entry(1), a_folder(2), a_set(3, entryUUID="submission-set")
    links = (
        an_association("submission-set", entry.entryUUID),
        an_association("submission-set", folder.entryUUID),
        an_association(folder.entryUUID, entry.entryUUID),
        an_association(entry.entryUUID, uuid(9), Association.RPLC),
    )
    objects = RegistryObjectList(
        submissionSets=(set_,), documentEntries=(entry,), folders=(folder,), associations=links
    )
    bundle = provide_bundle(objects, {entry.entryUUID: BytesContent(b"text")}, Systems())
    Bundle.model_validate(bundle)
    kinds = [each["resource"]["resourceType"] for each in bundle["entry"]]
    assert kinds == ["List", "List", "DocumentReference", "Binary", "Parameters"]
    assert all(each["fullUrl"].startswith("urn:uuid:") for each in bundle["entry"][:4])
    reference = bundle["entry"][2]["resource"]
    assert reference["content"][0]["attachment"]["url"] == bundle["entry"][3]["fullUrl"]
    assert bundle["entry"][1]["resource"]["entry"] == [{"item": {"reference": entry.entryUUID}}]
    assert bundle["entry"][4]["request"]["url"] == f"DocumentReference/{uuid(9)[9:]}"


def test_a_document_that_is_left_out_has_no_binary() -> None:
    entry = an_entry(1)
    objects = RegistryObjectList(submissionSets=(a_set(),), documentEntries=(entry,))
    bundle = provide_bundle(objects, {}, Systems())
    assert [each["resource"]["resourceType"] for each in bundle["entry"]] == ["List", "DocumentReference"]
    assert len(a_bundle(1)["entry"]) == 3
