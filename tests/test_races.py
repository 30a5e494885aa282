"""Clients that want at once what only one can have, over sockets: the others are told why."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from a_domain import domain, response_of
from submissions import a_provision, a_set, a_submission, an_association, an_entry, uuid
from wire import message, post, send

from xdsi_sim.messages.remove import RemoveDocumentsRequest, RemoveObjectsRequest
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import SUCCESS
from xdsi_sim.vocab import Association as AssociationType

ROUNDS = 40
ACTORS = {"ITI-41": "repository", "ITI-42": "registry", "ITI-62": "registry", "ITI-86": "repository"}
Message = tuple[str, object]
"""Transaction and request."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("domain")) as started:
        yield started


def ask(running: RunningTopology, sent: Message, gate: threading.Barrier | None = None) -> RegistryResponse:
    transaction, value = sent
    url = running.url_of(ACTORS.get(transaction, "repository"))
    data = post(url, *message(url, transaction, value))
    if gate is not None:
        gate.wait()
    return response_of(send(url, data))


def at_once(running: RunningTopology, *sent: Message) -> list[RegistryResponse]:
    gate = threading.Barrier(len(sent))
    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(lambda each: ask(running, each, gate), sent))


def codes(responses: list[RegistryResponse]) -> list[list[str]]:
    return sorted([error.errorCode for error in response.errors] for response in responses)


def submission(number: int, *, linked: str = "", to: int = 0) -> SubmitObjectsRequest:
    """Of one entry, related to another or not, all under ids made from the number."""
    set_, entry = a_set(number + 1), an_entry(number)
    more = (an_association(entry.entryUUID, uuid(to), linked, entryUUID=uuid(number + 3)),) if linked else ()
    request = a_submission(entries=(entry,), set_=set_, more=more)
    member, *rest = request.objects.associations
    members = (replace(member, entryUUID=uuid(number + 2)), *rest)
    return SubmitObjectsRequest(objects=replace(request.objects, associations=members))


def numbers(test: int) -> Iterator[int]:
    """Ten numbers for each round, used by no other test."""
    return iter(range(test * 100_000, test * 100_000 + ROUNDS * 10, 10))


def provided(request: SubmitObjectsRequest, content: bytes) -> Message:
    entries = tuple(replace(entry, hash=None, size=None) for entry in request.objects.documentEntries)
    objects = replace(request.objects, documentEntries=entries)
    sent = a_provision(entries=entries, content=content)
    return "ITI-41", replace(sent, submission=SubmitObjectsRequest(objects=objects))


@pytest.mark.parametrize(("transaction", "test"), [("ITI-42", 1), ("ITI-41", 2)])
def test_of_two_replacements_of_one_entry_one_wins(
    running: RunningTopology, transaction: str, test: int
) -> None:
    for number in numbers(test):
        assert ask(running, ("ITI-42", submission(number))).status == SUCCESS
        replacing = [
            submission(number + 5 + 100_000 * rival, linked=AssociationType.RPLC, to=number)
            for rival in (10, 20)
        ]
        sent: list[Message] = [
            provided(request, b"text") if transaction == "ITI-41" else ("ITI-42", request)
            for request in replacing
        ]
        responses = at_once(running, *sent)
        assert codes(responses) == [[], ["XDSRegistryDeprecatedDocumentError"]]
        if transaction == "ITI-41":
            won = [response.status == SUCCESS for response in responses]
            assert [is_there(running, request) for request in replacing] == won


def is_there(running: RunningTopology, request: SubmitObjectsRequest) -> bool:
    (entry,) = request.objects.documentEntries
    wanted = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=entry.uniqueId or "")
    return ask(running, ("ITI-43", RetrieveDocumentSetRequest(requests=(wanted,)))).status == SUCCESS


def test_an_entry_is_removed_or_appended_to_but_not_both(running: RunningTopology) -> None:
    for number in numbers(3):
        ask(running, ("ITI-42", submission(number)))
        ids = tuple(uuid(number + offset) for offset in range(3))
        append = submission(number + 5, linked=AssociationType.APND, to=number)
        responses = at_once(running, ("ITI-62", RemoveObjectsRequest(ids=ids)), ("ITI-42", append))
        assert codes(responses) in (
            [[], ["ReferencesExistException"]],
            [[], ["UnresolvedReferenceException"]],
        )


def test_a_document_that_is_brought_again_stays_where_its_removal_is_refused(
    running: RunningTopology,
) -> None:
    for number in numbers(4):
        ask(running, provided(submission(number), b"text"))
        again = submission(number)
        objects = again.objects
        entry, set_ = objects.documentEntries[0], objects.submissionSets[0]
        other = {"entryUUID": uuid(number + 5), "uniqueId": entry.uniqueId}
        request = a_submission(
            entries=(replace(entry, **other),),
            set_=replace(set_, entryUUID=uuid(number + 6), uniqueId=f"{set_.uniqueId}.1"),
        )
        wanted = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=entry.uniqueId or "")
        removal: Message = ("ITI-86", RemoveDocumentsRequest(requests=(wanted,)))
        removed, brought = at_once(running, removal, provided(request, b"text"))
        assert brought.status == SUCCESS
        assert {error.errorCode for error in removed.errors} <= {"XDSRemoveDocumentsError"}
        assert removed.status == SUCCESS or is_there(running, request)
