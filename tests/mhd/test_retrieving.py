from __future__ import annotations

from pathlib import Path

import pytest
from a_fhir_face import JSON, XML, a_bundle, a_face, ask, find, post, topology
from fhir.resources.R4B.binary import Binary
from submissions import uuid

from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen, Topology

ONE = uuid(1)[9:]


@pytest.fixture
def address(url: str) -> str:
    (found,) = find(url, modality="CT").entries
    return str(found["content"][0]["attachment"]["url"])


def test_a_document_comes_as_it_is(address: str) -> None:
    answer = ask("GET", address, Accept="application/dicom")
    assert (answer.status, answer.body) == (200, b"DICM")
    assert answer.headers["Content-Type"] == "application/dicom"
    assert ask("GET", address).body == b"DICM"
    assert ask("HEAD", address).body == b""


def test_an_address_without_ids_is_looked_up(url: str) -> None:
    assert ask("GET", f"{url}/Binary/{ONE}").body == b"DICM"


@pytest.mark.parametrize("form", [JSON, XML])
def test_fhir_has_it_in_a_binary(address: str, form: str) -> None:
    answer = ask("GET", address, Accept=form)
    assert answer.headers["Content-Type"] == form
    read = Binary.model_validate_json if form == JSON else Binary.model_validate_xml
    found = read(answer.body)
    assert found.contentType == "application/dicom"
    assert found.data == b"DICM"  # the model has decoded it
    assert ask("GET", f"{address}&_format=json").json["resourceType"] == "Binary"


def test_what_the_client_has_is_not_sent_again(address: str) -> None:
    tag = ask("GET", address).headers["ETag"]
    answer = ask("GET", address, If_None_Match=tag)
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize(
    ("path", "accept", "status", "text"),
    [
        (f"Binary/{ONE}", "image/png", 406, "application/dicom, which the client does not accept"),
        ("Binary/x", "*/*", 404, "there is no Binary/x"),
        (f"Binary/{uuid(99)[9:]}", "*/*", 404, "there is no Binary/"),
        (
            f"Binary/{ONE}?repositoryUniqueId=2.999.1.3&uniqueId=2.999.9",
            "*/*",
            410,
            "does not have it any more",
        ),
        (f"Binary/{uuid(99)[9:]}?repositoryUniqueId=2.999.1.3&uniqueId=2.999.9", "*/*", 404, "no document"),
        (f"Binary/{ONE}?repositoryUniqueId=2.999.8&uniqueId=2.999.2.1", "*/*", 404, "no repository here"),
        (
            f"Binary/{ONE}?repositoryUniqueId=2.999.1.3&uniqueId=2.999.2.1&homeCommunityId=urn:oid:2.999.7",
            "*/*",
            404,
            "nobody here knows the community",
        ),
    ],
)
def test_what_cannot_be_had_is_told(url: str, path: str, accept: str, status: int, text: str) -> None:
    answer = ask("GET", f"{url}/{path}", Accept=accept)
    assert answer.status == status
    assert text in answer.texts


def test_a_repository_that_is_down_is_told(tmp_path: Path) -> None:
    with a_face(tmp_path) as running:
        url = running.url_of("fhir")
        post(url, a_bundle(1))
        running.stop("repository")
        answer = ask("GET", f"{url}/Binary/{ONE}")
        assert answer.status == 502
        assert "no answer to ITI-43" in answer.texts
        assert post(url, a_bundle(2)).status == 502


def test_a_document_that_is_made_on_demand_is_found_and_fetched(tmp_path: Path) -> None:
    file = topology().model_dump(mode="json", exclude_unset=True)
    on_demand = {"id": "summaries", "repositoryUniqueId": "2.999.1.4", "offers": ["P1"]}
    file["communities"][0]["onDemandSources"] = [on_demand]
    with start(Topology.model_validate(file), tmp_path, Listen("127.0.0.1", 0)) as running:
        (found,) = find(running.url_of("fhir")).entries
        attachment = found["content"][0]["attachment"]
        assert {"size", "hash"} & set(attachment) == set()  # nobody has made it yet
        made = ask("GET", attachment["url"])
        assert (made.status, made.headers["Content-Type"]) == (200, attachment["contentType"])
        assert made.body
