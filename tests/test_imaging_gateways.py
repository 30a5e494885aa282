"""Images of another community through two gateways, asked for by a SOAP stack that is not ours."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydicom
import pytest

from xdsi_sim.client.zeep_mtom import connect
from xdsi_sim.content import BytesContent, sha1_of
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.store.instances import StoredInstance
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.vocab import TRANSACTIONS

HOMES = {"north": "urn:oid:2.999.71", "south": "urn:oid:2.999.72"}
OIDS = {"north": "2.999.71.20", "south": "2.999.72.20"}


def community(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "homeCommunityId": HOMES[name],
        "patientAuthority": "2.999.10.1",
        "registry": {"id": f"{name}-registry"},
        "repositories": [{"id": f"{name}-repository", "repositoryUniqueId": f"{OIDS[name]}.1"}],
        "sources": [
            {"id": name, "oid": OIDS[name], "aeTitle": name.upper(), "publishesTo": f"{name}-repository"}
        ],
        "initiatingImagingGateway": {"id": f"{name}-iig"},
        "respondingImagingGateway": {"id": f"{name}-rig"},
    }


@contextmanager
def two_communities(folder: Path) -> Iterator[RunningTopology]:
    topology = Topology.model_validate({"name": "two", "communities": [community(name) for name in HOMES]})
    with start(topology, folder / "stores", Listen("127.0.0.1", 0)) as running:
        for name, sample in (("north", "ct-head"), ("south", "us-heart")):
            running.store_of(name).add_all(write_sample(sample, folder / sample))
        yield running


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with two_communities(tmp_path_factory.mktemp("federation")) as running:
        yield running


def images(federation: RunningTopology, community: str) -> tuple[StoredInstance, ...]:
    store = federation.store_of(community)
    return tuple(image for image in store.instances(store.studies()[0]) if image.frames is not None)


def ask(
    federation: RunningTopology, actor: str, transaction: str, *asked: tuple[str | None, str, StoredInstance]
) -> Any:
    """The answer to a request for images, each with home community and Retrieve Location UID."""
    client = connect(federation.url_of(actor))
    studies = [
        {
            "studyInstanceUID": image.studyInstanceUID,
            "SeriesRequest": [
                {
                    "seriesInstanceUID": image.seriesInstanceUID,
                    "DocumentRequest": [
                        {
                            **({"HomeCommunityId": home} if home else {}),
                            "RepositoryUniqueId": oid,
                            "DocumentUniqueId": image.sopInstanceUID,
                        }
                    ],
                }
            ],
        }
        for home, oid, image in asked
    ]
    return client.service[TRANSACTIONS[transaction].operation](
        StudyRequest=studies,
        TransferSyntaxUIDList={"TransferSyntaxUID": [image.transferSyntaxUID for _, _, image in asked]},
    )


def received(answer: Any) -> dict[str, str]:
    return {
        each.DocumentUniqueId: sha1_of(BytesContent(_octets(each.Document)))
        for each in answer.DocumentResponse
    }


def _octets(document: Any) -> bytes:
    return bytes(getattr(document, "_value_1", document))


def status(answer: Any) -> str:
    return str(answer.RegistryResponse.status).rpartition(":")[2]


def codes(answer: Any) -> list[tuple[str, str]]:
    errors = answer.RegistryResponse.RegistryErrorList.RegistryError
    return [(each.errorCode, each.location) for each in errors]


def test_images_of_both_communities_arrive_as_they_are_stored(federation: RunningTopology) -> None:
    north, south = images(federation, "north")[:3], images(federation, "south")
    answer = ask(
        federation,
        "north-iig",
        "RAD-69",
        *((HOMES["north"], OIDS["north"], image) for image in north),
        *((HOMES["south"], OIDS["south"], image) for image in south),
    )
    assert status(answer) == "Success"
    assert received(answer) == {image.sopInstanceUID: sha1_of(image.content) for image in (*north, *south)}
    assert {each.HomeCommunityId for each in answer.DocumentResponse} == set(HOMES.values())


def test_what_is_not_there_costs_its_own_items(federation: RunningTopology) -> None:
    (image, *_), south = images(federation, "north"), HOMES["south"]
    answer = ask(
        federation,
        "north-iig",
        "RAD-69",
        (HOMES["north"], OIDS["north"], image),
        (None, OIDS["north"], image),
        ("urn:oid:2.999.99", OIDS["north"], image),
        (south, "2.999.99", image),
        (south, OIDS["south"], image),
    )
    assert status(answer) == "PartialSuccess"
    assert list(received(answer)) == [image.sopInstanceUID]
    assert codes(answer) == [
        ("XDSMissingHomeCommunityId", image.sopInstanceUID),
        ("XDSUnknownCommunity", f"{image.sopInstanceUID} urn:oid:2.999.99"),
        ("XDSUnknownRepositoryId", south),
        ("XDSDocumentUniqueIdError", south),
    ]


def test_a_responding_gateway_answers_by_itself(federation: RunningTopology) -> None:
    (image, *_) = images(federation, "south")
    answer = ask(federation, "south-rig", "RAD-75", (HOMES["south"], OIDS["south"], image))
    assert received(answer) == {image.sopInstanceUID: sha1_of(image.content)}


def test_a_large_image_comes_through_both_gateways_as_it_is_stored(tmp_path: Path) -> None:
    """Each gateway begins to answer before it has all of it."""
    dataset = pydicom.dcmread(write_sample("ct-head", tmp_path / "sample")[0])
    dataset.StudyInstanceUID, dataset.SOPInstanceUID = "2.999.5.9", "2.999.5.9.1"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.add_new(0x7FE10010, "OB", os.urandom(6 << 20))
    dataset.save_as(tmp_path / "large.dcm")
    with two_communities(tmp_path) as running:
        running.store_of("south").add_all([tmp_path / "large.dcm"])
        (image,) = running.store_of("south").instances("2.999.5.9")
        answer = ask(running, "north-iig", "RAD-69", (HOMES["south"], OIDS["south"], image))
    assert received(answer) == {"2.999.5.9.1": sha1_of(image.content)}


def test_what_was_relayed_leaves_no_file_behind(tmp_path: Path) -> None:
    with two_communities(tmp_path) as running:
        (image, *_) = images(running, "south")
        assert image.content.size > 64 * 1024
        answer = ask(running, "north-iig", "RAD-69", (HOMES["south"], OIDS["south"], image))
        assert list(received(answer)) == [image.sopInstanceUID]
    gc.collect()
    assert list((tmp_path / "stores" / "spool").iterdir()) == []
