"""FHIR clients that were not written here do all of MHD against a face: fhirclient and fhirpy."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from a_fhir_face import PATIENT, a_bundle, a_face, ask, the
from submissions import AUTHORITY

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of their making, while they are imported
    from fhirclient import client as smart
    from fhirclient.models.bundle import Bundle
    from fhirclient.models.documentreference import DocumentReference
    from fhirclient.models.list import List
    from fhirpy import SyncFHIRClient

CONTENT = b"a document, published by a foreign client"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_face(tmp_path_factory.mktemp("data")) as running:
        yield running.url_of("fhir")


@pytest.fixture(scope="module")
def server(url: str) -> Any:
    made = smart.FHIRClient(settings={"app_id": "test", "api_base": url})
    made.prepare()  # reads the CapabilityStatement
    return made.server


@pytest.fixture(scope="module")
def published(server: Any) -> dict[str, Any]:
    """ITI-65 by fhirclient, whose models take bundle and answer."""
    bundle = Bundle(a_bundle(1, CONTENT))
    answer = server.post_json("", bundle.as_json())
    return dict(answer.json())


def test_fhirclient_publishes(published: dict[str, Any]) -> None:
    answer = Bundle(published)
    assert answer.type == "transaction-response"
    assert [entry.response.status for entry in answer.entry] == ["201 Created"] * 3
    assert answer.entry[1].response.location.startswith("DocumentReference/")


@pytest.mark.usefixtures("published")
def test_fhirclient_finds_reads_and_fetches(server: Any) -> None:
    struct = {"patient.identifier": PATIENT, "status": "current", "identifier": "urn:oid:2.999.2.1"}
    (found,) = DocumentReference.where(struct=struct).perform_resources_iter(server)
    assert found.masterIdentifier.value == "urn:oid:2.999.2.1"
    assert found.content[0].attachment.contentType == "application/octet-stream"
    again = DocumentReference.read(found.id, server)
    assert again.as_json() == found.as_json()
    document = server.request_data(found.content[0].attachment.url, headers={"Accept": "*/*"})
    assert document == CONTENT


@pytest.mark.usefixtures("published")
def test_fhirclient_finds_lists(server: Any) -> None:
    struct = {
        "patient": f"Patient/{AUTHORITY}-P1",
        "code": "submissionset",
        "status": "current",
        "identifier": "urn:oid:2.999.3.100001",
    }
    (found,) = List.where(struct=struct).perform_resources_iter(server)
    assert found.entry[0].item.reference.startswith("DocumentReference/")


def test_fhirpy_publishes_finds_and_fetches(url: str) -> None:
    client = SyncFHIRClient(url)
    made = client.execute("", "post", data=a_bundle(2, b"by fhirpy"))
    assert made["type"] == "transaction-response"
    asked = {"patient.identifier": PATIENT, "status": "current", "identifier": "urn:oid:2.999.2.2"}
    (found,) = client.resources("DocumentReference").search(**asked).fetch()
    assert found.id == "00000000-0000-4000-8000-000000000002"
    lists = client.resources("List").search(
        code="submissionset", **asked | {"identifier": "urn:oid:2.999.3.100002"}
    )
    assert len(lists.fetch()) == 1
    binary = client.reference("Binary", found.id).to_resource()
    assert ask("GET", found["content"][0]["attachment"]["url"]).body == b"by fhirpy"
    assert binary["contentType"] == "application/octet-stream"


def test_fhirpy_follows_all_pages(url: str) -> None:
    client = SyncFHIRClient(url)
    for number in range(11, 16):
        client.execute("", "post", data=a_bundle(number, title=None, languageCode="de-CH"))
    search = client.resources("DocumentReference").search(
        **{"patient.identifier": PATIENT, "status": "current"}
    )
    found = list(search.limit(2))
    assert {f"00000000-0000-4000-8000-0000000000{number}" for number in range(11, 16)} <= {
        each.id for each in found
    }
    assert len(found) == len({each.id for each in found})


def test_fhirpy_is_told_what_is_wrong(url: str) -> None:
    bundle = a_bundle(3)
    del the(bundle, "DocumentReference")["type"]
    with pytest.raises(Exception, match="type of DocumentReference is missing"):
        SyncFHIRClient(url).execute("", "post", data=bundle)
