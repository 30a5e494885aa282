"""A Document Recipient over sockets: what it takes, what it says, and what is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from a_domain import domain, provide, response_of, root_of
from submissions import a_folder, a_provision, a_set, a_submission, an_association, an_entry, uuid
from wire import Answer, get, message, post, send

from xdsi_sim.client.zeep_mtom import connect, read_objects
from xdsi_sim.ebrim.limited import limited
from xdsi_sim.ebrim.writer import write_object_list
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.retrieve import RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.vocab import Association

RECIPIENTS: tuple[dict[str, Any], ...] = (
    {"id": "open"},
    {"id": "full", "limitedMetadata": "refuse"},
    {"id": "strict", "strictness": "strict", "validation": "refuse"},
    {"id": "choosy", "intendedRecipients": ["Clinic"], "unavailableRecipients": ["|^Frei^Otto"]},
    {"id": "mild", "intendedRecipients": ["Clinic"], "undeliverable": "warning"},
    {"id": "reader", "notProcessed": ["folders", "append", "replace"], "queued": True},
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    topology = Topology.model_validate(
        {
            "name": "outside",
            "communities": [
                {
                    "id": "c",
                    "homeCommunityId": "urn:oid:2.999.1",
                    "patientAuthority": "2.999.1.1",
                    "recipients": list(RECIPIENTS),
                }
            ],
        }
    )
    with start(topology, tmp_path_factory.mktemp("data"), Listen("127.0.0.1", 0)) as started:
        yield started


def a_request(**parts: Any) -> ProvideAndRegisterDocumentSetRequest:
    """One document, its submission made from `parts`."""
    entry = an_entry(hash=None, size=None)
    request = a_provision(entries=(entry,))
    return replace(request, submission=a_submission(entries=(entry,), **parts))


def a_limited_request() -> ProvideAndRegisterDocumentSetRequest:
    request = a_request()
    objects = limited(request.submission.objects)
    return replace(request, submission=SubmitObjectsRequest(objects=objects))


def told(answer: Answer) -> tuple[str, list[str]]:
    response = response_of(answer)
    return status_name(response.status), [error.errorCode for error in response.errors]


def kept(running: RunningTopology, recipient: str) -> int:
    return len(running.received_by(recipient))


@pytest.mark.parametrize("recipient", ["open", "strict"])
def test_a_sound_submission_is_taken_in_whole(running: RunningTopology, recipient: str) -> None:
    before = kept(running, recipient)
    answer = provide(running.url_of(recipient), a_request())
    assert told(answer) == ("Success", [])
    assert answer.headers["content-type"].startswith("multipart/related")
    assert b"ProvideAndRegisterDocumentSet-bResponse" in root_of(answer)
    assert kept(running, recipient) == before + 1
    exchange = running.exchanges()[-1]
    assert (exchange.transaction, exchange.receiver) == ("ITI-41", recipient)
    assert {finding.rule for finding in exchange.findings} <= {"A11"}  # the tests share a MessageID


@pytest.mark.parametrize("recipient", ["open", "strict"])
def test_so_is_one_with_limited_metadata(running: RunningTopology, recipient: str) -> None:
    assert told(provide(running.url_of(recipient), a_limited_request())) == ("Success", [])
    assert running.received_by(recipient)[-1].metadata.objects.submissionSets[0].limitedMetadata


def test_who_does_not_accept_limited_metadata_says_all_that_is_wrong(running: RunningTopology) -> None:
    answer = provide(running.url_of("full"), a_limited_request())
    response = response_of(answer)
    rules = [error.codeContext.rpartition("; rule=")[2] for error in response.errors]
    assert {error.errorCode for error in response.errors} == {"XDSRepositoryMetadataError"}
    assert (rules.count("D04"), {*rules}) == (2, {"D01", "D02", "D04"})
    assert answer.headers["content-type"].startswith("multipart/related")
    assert kept(running, "full") == 0


@pytest.mark.parametrize(
    ("recipient", "addressed", "status", "codes"),
    [
        ("choosy", ("Clinic^^^^^&2.999.30&ISO^^^^17|^Roth^Miriam",), "Success", []),
        (
            "choosy",
            ("Clinic", "Ward", "|^Frei^Otto"),
            "Failure",
            ["UnknownRecipient", "UnavailableRecipient"],
        ),
        ("mild", ("Ward",), "Success", ["UnknownRecipient"]),
        ("open", ("Ward",), "Success", []),
    ],
)
def test_addressees_are_those_of_the_topology(
    running: RunningTopology, recipient: str, addressed: tuple[str, ...], status: str, codes: list[str]
) -> None:
    before = kept(running, recipient)
    request = a_request(set_=a_set(intendedRecipient=addressed))
    assert told(provide(running.url_of(recipient), request)) == (status, codes)
    assert kept(running, recipient) == before + (status == "Success")


def test_what_is_not_processed_is_told_and_kept(running: RunningTopology) -> None:
    inside = an_association(uuid(200), uuid(1), entryUUID="inside")
    more = (inside, an_association(uuid(100), "inside"), an_association(uuid(1), uuid(7), Association.RPLC))
    request = a_request(folders=(a_folder(),), more=more)
    assert told(provide(running.url_of("reader"), request)) == (
        "Success",
        ["PartialFolderContentNotProcessed", "PartialReplaceContentNotProcessed", "DocumentQueued"],
    )
    assert len(running.received_by("reader")[-1].metadata.objects.folders) == 1


def test_it_serves_nothing_else(running: RunningTopology) -> None:
    url = running.url_of("open")
    answer = send(url, post(url, *message(url, "ITI-43", RetrieveDocumentSetRequest(requests=()))))
    assert b"ActionNotSupported" in answer.body


def test_a_foreign_stack_reads_its_description_and_sends(running: RunningTopology) -> None:
    assert get(f"{running.url_of('open')}?wsdl").status == 200
    client = connect(running.url_of("open"))
    before = kept(running, "open")
    request = a_limited_request()
    objects = read_objects(client, write_object_list(request.submission.objects))
    answer = client.service["DocumentRepository_ProvideAndRegisterDocumentSet-b"](
        SubmitObjectsRequest={"RegistryObjectList": objects},
        Document=[{"id": request.documents[0].id, "_value_1": client.transport.attach(b"by zeep")}],
    )
    assert status_name(answer.status) == "Success"
    assert kept(running, "open") == before + 1
    assert running.received_by("open")[-1].documents[0].content.size == 7
    assert running.exchanges()[-1].findings == ()


@pytest.mark.parametrize("actor", ["repository", "registry"])
def test_neither_repository_nor_registry_takes_limited_metadata(tmp_path: Path, actor: str) -> None:
    with domain(tmp_path) as running:
        url, request = running.url_of(actor), a_limited_request()
        sent = message(url, "ITI-42", request.submission) if actor == "registry" else None
        answer = send(url, post(url, *sent)) if sent else provide(url, request)
    response = response_of(answer)
    labels = [error for error in response.errors if error.codeContext.endswith("rule=D04")]
    assert [error.errorCode for error in labels] == ["XDSRegistryMetadataError"] * 2
    assert status_name(response.status) == "Failure"
