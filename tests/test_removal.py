"""Removal from whole actors: over real sockets, by a client not written here, and beside readers."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeep
from a_domain import domain, everything, provide, provision, response_of
from an_errand import REPOSITORY, scene
from submissions import PATIENT
from wire import Answer, connect, message, post, read_answer, send

from xdsi_sim.client.zeep_mtom import connect as zeep_client
from xdsi_sim.client.zeep_mtom import read_objects
from xdsi_sim.ebrim.writer import write_object_list
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.remove import RemoveDocumentsRequest, RemoveObjectsRequest, read_remove_objects
from xdsi_sim.messages.response import RegistryResponse, status_name
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import read_submit_objects
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import SUCCESS

ROOT = Path(__file__).parents[1]
NIST = ROOT.parent / "shared" / "data" / "nist"
LARGE = os.urandom(1000) * 8000


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningTopology]:
    with domain(tmp_path / "data", {"validation": "report"}) as started:
        yield started


def ask(running: RunningTopology, actor: str, transaction: str, value: object) -> Answer:
    url = running.url_of(actor)
    return send(url, post(url, *message(url, transaction, value)))


def documents(*uniqueIds: str) -> tuple[DocumentRequest, ...]:
    return tuple(DocumentRequest(repositoryUniqueId=REPOSITORY, documentUniqueId=id) for id in uniqueIds)


def remove_documents(running: RunningTopology, *uniqueIds: str) -> RegistryResponse:
    request = RemoveDocumentsRequest(requests=documents(*uniqueIds))
    return response_of(ask(running, "repository", "ITI-86", request))


def remove_metadata(running: RunningTopology, *ids: str) -> RegistryResponse:
    return response_of(ask(running, "registry", "ITI-62", RemoveObjectsRequest(ids=ids)))


def retrieved(running: RunningTopology, *uniqueIds: str) -> RegistryResponse:
    request = RetrieveDocumentSetRequest(requests=documents(*uniqueIds))
    return response_of(ask(running, "repository", "ITI-43", request))


def ids_of(running: RunningTopology, patient: str = PATIENT) -> list[str]:
    return [value.entryUUID for value in everything(running.url_of("registry"), patient).objects.objects()]


def codes(response: RegistryResponse) -> list[str]:
    return [error.errorCode for error in response.errors]


def findings(running: RunningTopology) -> list[str]:
    """But for A11: all our messages here have one id."""
    found = [finding.rule for exchange in running.exchanges() for finding in exchange.findings]
    return [rule for rule in found if rule != "A11"]


def test_metadata_and_document_go_independently_and_can_come_again(running: RunningTopology) -> None:
    for _ in range(2):
        assert provide(running.url_of("repository"), provision(1)).status == 200
        assert remove_metadata(running, *ids_of(running)) == RegistryResponse()
        assert ids_of(running) == []
        assert retrieved(running, "2.999.2.1") == RegistryResponse()
        assert remove_documents(running, "2.999.2.1") == RegistryResponse()
        assert codes(retrieved(running, "2.999.2.1")) == ["XDSDocumentUniqueIdError"]
    provide(running.url_of("repository"), provision(1))
    assert remove_documents(running, "2.999.2.1") == RegistryResponse()
    assert len(ids_of(running)) == 3
    assert findings(running) == []


def test_a_removed_document_leaves_room_for_other_bytes(running: RunningTopology) -> None:
    provide(running.url_of("repository"), provision(1))
    remove_metadata(running, *ids_of(running))
    remove_documents(running, "2.999.2.1")
    assert response_of(provide(running.url_of("repository"), provision(1, b"other"))) == RegistryResponse()


def test_refusals_are_told_over_the_wire(running: RunningTopology) -> None:
    provide(running.url_of("repository"), provision(1))
    (entry,) = everything(running.url_of("registry"), PATIENT).objects.documentEntries
    refused = remove_metadata(running, entry.entryUUID)
    assert (status_name(refused.status), codes(refused)) == ("Failure", ["ReferencesExistException"])
    assert f"object={entry.entryUUID}; attribute=targetObject; rule=L27" in refused.errors[0].codeContext
    partly = remove_documents(running, "2.999.2.1", "2.999.2.2")
    assert (status_name(partly.status), codes(partly)) == ("PartialSuccess", ["XDSDocumentUniqueIdError"])
    assert partly.errors[0].location == "2.999.2.2"
    assert set(findings(running)) == {"L27", "L29"}


def test_who_is_being_sent_documents_gets_the_whole_of_them(running: RunningTopology) -> None:
    url = running.url_of("repository")
    for number in (1, 2):
        provide(url, provision(number, LARGE))
    request = RetrieveDocumentSetRequest(requests=documents("2.999.2.1", "2.999.2.2"))
    with connect(url) as slow:
        slow.sendall(post(url, *message(url, "ITI-43", request)))
        head = bytearray(slow.recv(100))  # it is on its way, and fits into no buffer
        assert remove_documents(running, "2.999.2.1", "2.999.2.2") == RegistryResponse()
        assert codes(retrieved(running, "2.999.2.1")) == ["XDSDocumentUniqueIdError"]
        answer = read_answer(slow, head)
    assert answer.body.count(LARGE) == 2


def test_a_registry_is_left_as_it_was_by_a_removal_that_it_refuses(running: RunningTopology) -> None:
    for number in (1, 2):
        provide(running.url_of("repository"), provision(number))
    before = everything(running.url_of("registry"), PATIENT)
    for id in ids_of(running):
        assert status_name(remove_metadata(running, id).status) == "Failure"
    assert everything(running.url_of("registry"), PATIENT) == before


# --- zeep


def objects_named(*ids: str) -> dict[str, Any]:
    return {"ObjectRefList": {"ObjectRef": [{"id": id} for id in ids]}}


def test_zeep_alone_removes_by_both(running: RunningTopology) -> None:
    provide(running.url_of("repository"), provision(1))
    registry, repository = (
        zeep.Client(f"{running.url_of(actor)}?wsdl") for actor in ("registry", "repository")
    )
    answer = registry.service.DocumentRegistry_DeleteDocumentSet(**objects_named(*ids_of(running)))
    assert answer.status == SUCCESS
    wanted = [{"RepositoryUniqueId": REPOSITORY, "DocumentUniqueId": "2.999.2.1"}]
    assert repository.service.DocumentRepository_RemoveDocuments(DocumentRequest=wanted).status == SUCCESS
    refused = repository.service.DocumentRepository_RemoveDocuments(DocumentRequest=wanted)
    (error,) = refused.RegistryErrorList.RegistryError
    assert (error.errorCode, error.location) == ("XDSDocumentUniqueIdError", "2.999.2.1")


def test_zeep_with_our_plugins_strays_from_nothing(running: RunningTopology) -> None:
    client = zeep_client(running.url_of("registry"))
    provide(running.url_of("repository"), provision(1))
    client.service.DocumentRegistry_DeleteDocumentSet(**objects_named(*ids_of(running)))
    assert findings(running) == []


def test_script_of_the_manual_withdraws_a_manifest(tmp_path: Path) -> None:
    manual = (ROOT / "docs" / "removal.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"^```python\n(.*?)^```", manual, re.MULTILINE | re.DOTALL)
    with scene(tmp_path) as actors:
        running, errand = actors.running, actors.errand
        client = zeep_client(running.url_of("repository"))
        transport: Any = client.transport
        published = client.service["DocumentRepository_ProvideAndRegisterDocumentSet-b"](
            SubmitObjectsRequest={"RegistryObjectList": _objects(client, errand.provide)},
            Document=[
                {
                    "id": errand.provide.documentEntries[0].entryUUID,
                    "_value_1": transport.attach(errand.content),
                }
            ],
        )
        assert published.status == SUCCESS
        assert len(ids_of(running, errand.patientId)) == 3
        addresses = running.url_of("registry"), running.url_of("repository")
        done = subprocess.run(
            [sys.executable, "-", *addresses, REPOSITORY, errand.uniqueId],
            input=script,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout.splitlines() == [SUCCESS, SUCCESS], done.stderr
        assert ids_of(running, errand.patientId) == []
        assert codes(retrieved(running, errand.uniqueId)) == ["XDSDocumentUniqueIdError"]


def _objects(client: zeep.Client, objects: Any) -> Any:
    return read_objects(client, write_object_list(objects))


# --- foreign samples


@pytest.mark.parametrize("name", ["S22", "I11"])
def test_foreign_removals_are_answered_as_their_authors_expect(running: RunningTopology, name: str) -> None:
    if not NIST.is_dir():
        pytest.skip("the sample submissions are not beside this checkout")
    spec = importlib.util.spec_from_file_location("render", NIST / "render.py")
    assert spec is not None
    assert spec.loader is not None
    render = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(render)
    (case,) = (each for each in json.loads((NIST / "cases.json").read_text()) if each["id"] == name)
    context = {"$patientid$": PATIENT}
    (step,) = (step for step in case["prerequisites"] if step["do"] == "send")
    text, names = render.render((NIST / step["file"]).read_text(), context)
    sent = ask(running, "registry", "ITI-42", read_submit_objects(parse(text.encode())))
    assert response_of(sent).status == SUCCESS
    render.bind(context, step["bind"], names)
    text, _ = render.render((NIST / case["file"]).read_text(), context)
    answer = response_of(ask(running, "registry", "ITI-62", read_remove_objects(parse(text.encode()))))
    assert status_name(answer.status) == case["expect_status"]
    assert codes(answer) == case["expect_error_codes"]
