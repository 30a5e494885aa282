from __future__ import annotations

from typing import Any

import pytest
from a_fhir_face import a_bundle, the

from xdsi_sim.fhir.outcome import Rejected
from xdsi_sim.fhir.provided import PROFILES, content_of, profiled, read_provide_bundle


def test_a_good_bundle_is_read_in_its_order() -> None:
    read = read_provide_bundle(a_bundle(1))
    assert [entry.kind for entry in read.entries] == ["submissionset", "DocumentReference", "Binary"]
    assert read.profile == "Comprehensive"
    assert read.issues == ()
    assert [entry.number for entry in read.of("Binary")] == [2]


def test_a_bundle_without_profile_is_a_minimal_one_and_told_so() -> None:
    bundle = a_bundle(1)
    del bundle["meta"], the(bundle, "DocumentReference")["type"]
    read = read_provide_bundle(bundle)
    assert read.profile == "Minimal"
    assert "names none" in read.issues[0].text


@pytest.mark.parametrize("profile", PROFILES)
def test_what_the_profile_asks_for_has_to_be_there(profile: str) -> None:
    bundle = a_bundle(1)
    bundle["meta"]["profile"] = [profile]
    reference = the(bundle, "DocumentReference")
    del reference["masterIdentifier"], reference["context"]["facilityType"]
    with pytest.raises(Rejected) as caught:
        read_provide_bundle(bundle)
    places = {issue.expression for issue in caught.value.issues}
    everywhere = {"Bundle.entry[1].resource.masterIdentifier"}
    more = {"Bundle.entry[1].resource.context.facilityType"} if "Comprehensive" in profile else set()
    assert places == everywhere | more
    assert caught.value.status == 422


def changed(kind: str, **changes: Any) -> dict[str, Any]:
    bundle = a_bundle(1)
    the(bundle, kind).update(changes)
    return bundle


def with_entry(**entry: Any) -> dict[str, Any]:
    bundle = a_bundle(1)
    bundle["entry"].append(entry)
    return bundle


POST = {"method": "POST", "url": "x"}


@pytest.mark.parametrize(
    ("bundle", "text"),
    [
        ({"resourceType": "Patient"}, "a Bundle of type transaction is expected, not Patient"),
        ({"resourceType": "Bundle", "type": "batch"}, "not Bundle batch"),
        ({"resourceType": "Bundle", "type": "transaction"}, "one List .* 0 are there"),
        (with_entry(request=POST), "has no resource"),
        (with_entry(resource={"resourceType": "List", "code": {}}, request=POST), "submissionset or folder"),
        (with_entry(resource={"resourceType": "Composition"}, request=POST), "Composition as a document"),
        (with_entry(resource={"resourceType": "Binary"}, request={"method": "PUT"}), "is POST, not 'PUT'"),
        (with_entry(resource={"resourceType": "Parameters"}, request=POST), "is PATCH, not 'POST'"),
        (with_entry(**a_bundle(2)["entry"][0]), "2 are there"),
        (with_entry(**a_bundle(1)["entry"][2]), "is that of another entry"),
        (changed("DocumentReference", docStatus="final"), "docStatus may not be there"),
        (changed("DocumentReference", status="superseded"), "status of DocumentReference is current"),
        (changed("DocumentReference", content=[{"attachment": {"data": "AAAA"}}]), "data may not be there"),
        (changed("List", mode="snapshot"), "mode of submissionset is working"),
        (changed("List", extension=[]), r"extension\(ihe-sourceId\) of submissionset is missing"),
    ],
)
def test_what_the_profile_does_not_have_is_refused(bundle: dict[str, Any], text: str) -> None:
    with pytest.raises(Rejected, match=text):
        read_provide_bundle(bundle)


def test_two_contents_are_one_too_many() -> None:
    bundle = a_bundle(1)
    the(bundle, "DocumentReference")["content"] *= 2
    with pytest.raises(Rejected, match="one content, not 2"):
        read_provide_bundle(bundle)


def test_a_folder_is_made_or_added_to() -> None:
    list_ = the(a_bundle(2), "List")
    folder = {**list_, "code": {"coding": [{**list_["code"]["coding"][0], "code": "folder"}]}}
    for method in ("POST", "PUT"):
        request = {"method": method, "url": "List/1"}
        read = read_provide_bundle(with_entry(fullUrl="urn:uuid:f", resource=folder, request=request))
        assert [entry.method for entry in read.of("folder")] == [method]


def test_a_resource_names_the_profile_that_it_keeps_to() -> None:
    bundle = a_bundle(1)
    reference, list_ = the(bundle, "DocumentReference"), the(bundle, "List")
    for resource, name in ((reference, "DocumentReference"), (list_, "SubmissionSet")):
        (profile,) = resource["meta"]["profile"]
        assert profile.endswith(f"/IHE.MHD.Comprehensive.{name}")
    (profile,) = profiled({**reference, "type": {}})["meta"]["profile"]
    assert profile.endswith("/IHE.MHD.Minimal.DocumentReference")


def test_data_that_is_no_base64_is_refused() -> None:
    assert content_of({"data": "dGV4dA=="}, "here") == b"text"
    assert content_of({}, "here") == b""
    with pytest.raises(Rejected, match="not base64"):
        content_of({"data": "!"}, "here")
