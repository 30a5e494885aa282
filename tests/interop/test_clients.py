"""SOAP stacks not written here run every transaction against real actors, as their users would."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from an_errand import PACS, Errand, Scene, accepted, capture, findings_of, scene
from foreign_clients import CLIENTS, TRANSACTIONS, Client, run

from xdsi_sim.content import sha1_of
from xdsi_sim.store.registry_patients import patients_in

pytestmark = pytest.mark.interop

CAPTURE = bool(os.environ.get("INTEROP_CAPTURE"))
"""Whether what the clients send shall replace the samples in tests/wire."""


@pytest.fixture(scope="module", params=CLIENTS, ids=lambda client: client.name)
def client(request: pytest.FixtureRequest) -> Client:
    chosen: Client = request.param
    if not chosen.is_installed():
        pytest.skip(f"needs {chosen.lacks}; tests/interop/install.sh installs what it can")
    return chosen


@pytest.fixture(scope="module")
def actors(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp(client.name)) as started:
        yield started


@pytest.fixture(scope="module")
def errand(actors: Scene) -> Errand:
    return actors.errand


@pytest.fixture(scope="module")
def told(client: Client, actors: Scene) -> Mapping[str, Any]:
    """What the client printed when it had done everything."""
    build = actors.folder / "build"
    build.mkdir()
    command = client.built(
        build, [actors.running.url_of(actor) for actor in ("registry", "repository", PACS)]
    )
    done = run([*command, *actors.arguments])
    assert done.returncode == 0, done.stderr
    if CAPTURE:
        capture(client.name, actors.tap)
    received: Mapping[str, Any] = json.loads(done.stdout)
    return received


@pytest.mark.parametrize("transaction", TRANSACTIONS)
def test_transaction_succeeds(transaction: str, told: Mapping[str, Any]) -> None:
    assert told[transaction]["status"] == accepted(transaction)


@pytest.mark.parametrize("transaction", ["ITI-18", "ITI-51"])
def test_query_finds_what_was_provided_and_registered(
    transaction: str, told: Mapping[str, Any], errand: Errand
) -> None:
    entries = (*errand.provide.documentEntries, *errand.register.documentEntries)
    assert sorted(told[transaction]["entries"]) == sorted(str(entry.uniqueId) for entry in entries)


def test_manifest_comes_back_octet_for_octet(told: Mapping[str, Any], errand: Errand) -> None:
    expected = {"id": errand.uniqueId, "mimeType": "application/dicom", "sha1": sha1_of(errand.content)}
    assert told["ITI-43"]["documents"] == [expected]


def test_images_come_octet_for_octet_by_their_sop_instance_uids(
    told: Mapping[str, Any], errand: Errand
) -> None:
    expected = [
        {"id": image.sopInstanceUID, "mimeType": "application/dicom", "sha1": sha1_of(image.content)}
        for image in errand.images
    ]
    assert told["RAD-69"]["documents"] == expected


@pytest.mark.usefixtures("told")
def test_merge_makes_one_patient_of_two(actors: Scene, errand: Errand) -> None:
    known = {
        patient.patientId: patient.survivor for patient in patients_in(actors.folder / "data" / "registry")
    }
    assert known == dict.fromkeys((errand.patientId, errand.otherPatientId), errand.patientId)


@pytest.mark.parametrize("transaction", TRANSACTIONS)
@pytest.mark.usefixtures("told")
def test_actor_finds_what_the_stack_does_its_own_way_and_nothing_else(
    transaction: str, client: Client, actors: Scene
) -> None:
    assert findings_of(actors.running, transaction) == client.findings.get(transaction, set())
