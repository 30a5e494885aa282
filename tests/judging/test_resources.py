from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from a_fhir_face import JSON, a_bundle, a_face, data_of, post, the

from xdsi_sim.errors import Severity
from xdsi_sim.fhir.models import write_resource
from xdsi_sim.judging.resources import JudgedResource, SavedResource, judge_resource, resource_in

MINIMAL = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Minimal.ProvideBundle"


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_face(tmp_path_factory.mktemp("face")) as running:
        yield running.url_of("fhir")


def judged(data: bytes) -> JudgedResource:
    saved = resource_in(data)
    assert saved is not None
    return judge_resource(saved)


def of(resource: Any) -> JudgedResource:
    return judged(json.dumps(resource).encode())


def errors(told: JudgedResource) -> list[tuple[str, str, str | None]]:
    """Rule, text, and element of each."""
    return [
        (finding.rule, finding.text, None if place is None else place.object)
        for finding, place in told.found
        if finding.severity is Severity.ERROR
    ]


def changed(change: Callable[[Any], object]) -> dict[str, Any]:
    bundle = a_bundle()
    change(bundle)
    return bundle


BAD: dict[str, Callable[[Any], object]] = {
    "no type": lambda bundle: the(bundle, "DocumentReference").pop("type"),
    "superseded": lambda bundle: the(bundle, "DocumentReference").update(status="superseded"),
    "no document": lambda bundle: bundle.update(
        entry=[each for each in bundle["entry"] if each["resource"]["resourceType"] != "Binary"]
    ),
    "no base64": lambda bundle: the(bundle, "Binary").update(data="§"),
    "another media type": lambda bundle: the(bundle, "Binary").update(contentType="text/html"),
    "not of the model": lambda bundle: the(bundle, "DocumentReference").update(status="fine"),
    "minimal, and no type": lambda bundle: (
        bundle.update(meta={"profile": [MINIMAL]}),
        the(bundle, "DocumentReference").pop("type"),
    ),
    "no transaction": lambda bundle: bundle.update(type="transaction", entry=[]),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD.keys())
def test_a_bundle_has_the_errors_with_which_a_face_refuses_it(face: str, change: Any) -> None:
    bundle = changed(change)
    told, got = errors(of(bundle)), post(face, bundle)
    assert (got.status >= 400, bool(told)) == (True, True)
    issues = [each for each in got.json["issue"] if each["severity"] in ("error", "fatal")]
    assert len(told) == len(issues)
    for (rule, text, element), issue in zip(told, issues, strict=True):
        assert issue["diagnostics"].startswith(text.partition(":")[0])
        assert issue.get("expression", [None])[0] in (element, None)
        known = {f"fhir-{issue['code']}", *(each["code"] for each in issue["details"].get("coding", ()))}
        assert rule in known or f"rule={rule}" in issue["diagnostics"]


def test_a_good_bundle_has_no_errors_and_is_known_in_either_form() -> None:
    bundle = a_bundle()
    for told in (of(bundle), judged(write_resource(bundle, "xml"))):
        assert (told.transaction, told.side, errors(told)) == ("ITI-65", "request", [])


def test_one_document_is_judged_as_it_is_published_alone() -> None:
    resource = the(a_bundle(), "DocumentReference")
    attachment = resource["content"][0]["attachment"]
    del attachment["url"]
    attachment["data"] = data_of(b"text")
    told = of(resource)
    assert (told.transaction, errors(told)) == ("ITI-105", [])
    del resource["type"]
    assert ("D01", "DocumentReference.type") in {(rule, element) for rule, _, element in errors(of(resource))}


def test_of_a_reference_that_was_found_what_it_lacks_is_told() -> None:
    resource = the(a_bundle(), "DocumentReference")
    assert (of(resource).transaction, of(resource).found) == (None, ())
    del resource["masterIdentifier"]
    assert [element for _, _, element in errors(of(resource))] == ["DocumentReference.masterIdentifier"]


def test_http_around_it_is_undone() -> None:
    body = json.dumps(a_bundle()).encode()
    request = b"POST /fhir HTTP/1.1\r\nContent-Type: " + JSON.encode() + b"\r\n\r\n" + body
    assert resource_in(request) == SavedResource(form="json", body=body)
    outcome = b'{"resourceType": "OperationOutcome", "issue": "x"}'
    told = judged(b"HTTP/1.1 422 No\r\nContent-Type: " + JSON.encode() + b"\r\n\r\n" + outcome)
    assert (told.side, bool(errors(told))) == ("answer", True)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"a": 1}', b"<a/>", b"MSH|", b"<a xmlns='urn:hl7-org:v3'/>", b"\x00\xff"]
)
def test_what_is_no_resource_is_left_to_others(data: bytes) -> None:
    assert resource_in(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b'{"resourceType": "Bundle"',
        b'{"resourceType": 3}',
        b'{"resourceType": "Nothing"}',
        b'<Bundle xmlns="http://hl7.org/fhir">',
        b'<!DOCTYPE a [<!ENTITY e "x">]><Bundle xmlns="http://hl7.org/fhir"/>',
        b'{"resourceType": ' + b"[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_a_finding(data: bytes) -> None:
    saved = resource_in(data)
    assert saved is None or errors(judge_resource(saved))
