from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_fhir_face import topology
from pydantic import ValidationError

from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.mhd import systems_of
from xdsi_sim.topology.model import Community, Listen, Topology
from xdsi_sim.topology.ways import ways


def face_of(running: RunningTopology, id: str) -> Any:
    (resource,) = running._resources[id]
    return resource._service.face  # type: ignore[union-attr]


def test_a_face_stands_before_a_registry_or_before_the_gateway(tmp_path: Path) -> None:
    with start(load_topology(find_topology("federated-2")), tmp_path, Listen("127.0.0.1", 0)) as running:
        responder = face_of(running, "north-fhir").responder
        assert responder.registry == responder.gateway == running.url_of("north-ig")
        assert responder.communities == ("urn:oid:2.999.20", "urn:oid:2.999.30")
        assert face_of(running, "north-fhir").recipient.taker == running.url_of("north-repository")
    with start(topology(), tmp_path / "alone", Listen("127.0.0.1", 0)) as running:
        responder = face_of(running, "fhir").responder
        assert (responder.registry, responder.gateway) == (running.url_of("registry"), None)
        assert responder.sources == {"2.999.1.3": running.url_of("repository")}
        assert running.fhir_of("fhir") == running.url_of("fhir")


def test_who_calls_whom_is_drawn() -> None:
    told = {(way.sender, way.receiver): way.transactions for way in ways(topology())}
    assert told["fhir", "registry"] == ("ITI-18",)
    assert told["fhir", "repository"] == ("ITI-41", "ITI-43")
    federated = {
        (way.sender, way.receiver): way.transactions
        for way in ways(load_topology(find_topology("federated-2")))
    }
    assert federated["north-fhir", "north-ig"] == ("ITI-18", "ITI-43")
    assert ("north-fhir", "north-registry") not in federated
    assert federated["north-workstation", "north-fhir"] == ("ITI-66", "ITI-67", "ITI-68")
    assert federated["north-pacs", "north-fhir"] == ("ITI-65",)


def community(**changes: Any) -> dict[str, Any]:
    given = {
        "id": "c",
        "homeCommunityId": "urn:oid:2.999.1",
        "patientAuthority": "2.999.1.1",
        "mhd": {"id": "fhir"},
    }
    return {**given, **changes}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"recipients": [{"id": "r"}]}, "mhd finds documents by a registry or an Initiating Gateway"),
        (
            {"registry": {"id": "r"}, "mhd": {"id": "fhir", "publishesTo": "nobody"}},
            "no repository or recipient 'nobody'",
        ),
        ({"registry": {"id": "r"}, "mhd": {"id": "fhir", "publicUrl": "here"}}, "'here' is not an address"),
        (
            {"registry": {"id": "r"}, "mhd": {"id": "fhir", "asynchronous": True}},
            "'asynchronous' is about SOAP",
        ),
        ({"registry": {"id": "fhir"}}, "the id of an actor 'fhir' is taken"),
    ],
)
def test_what_is_wrong_in_the_file_is_told(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Topology.model_validate({"name": "t", "communities": [community(**changes)]})


def test_systems_are_those_of_the_codes_of_the_community() -> None:
    codes = {"check": "off", "systems": {"http://north.example": "2.999.7"}}
    assert (
        systems_of(Community.model_validate(community(codes=codes))).scheme("http://north.example")
        == "2.999.7"
    )
    assert systems_of(Community.model_validate(community())).scheme("urn:oid:2.999.7") == "2.999.7"
