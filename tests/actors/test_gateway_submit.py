"""Documents and updates for another community through two gateways, sent by a SOAP stack that is not ours."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeep
from a_domain import ask, everything, provide, provision, response_of
from a_federation import HOMES, community, federation, oid
from a_peer import peers
from a_zeep_client import Objects, status
from submissions import PATIENT, a_set, an_entry
from update_requests import an_update, newer
from wire import Answer, message, post, send
from zeep.plugins import HistoryPlugin

from xdsi_sim.client.zeep_mtom import connect
from xdsi_sim.content import read_all
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.community import aimed_at, targets_of
from xdsi_sim.messages.submit import (
    ProvideAndRegisterDocumentSetRequest,
    SubmitObjectsRequest,
    read_submit_objects,
)
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import APPROVED, NS, TRANSACTIONS

FREE = Listen("127.0.0.1", 0)
NORTH, SOUTH = HOMES["north"], HOMES["south"]
SILENT, NOBODY = "urn:oid:2.999.78", "urn:oid:2.999.79"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with peers() as listen:
        foreign = {SILENT: listen(lambda _request: None), NOBODY: "http://127.0.0.1:1/"}
        topology = federation(
            community("north"), community("south"), gateways=foreign, timeouts={"firstByte": 2}
        )
        with start(topology, tmp_path_factory.mktemp("two"), FREE) as started:
            yield started


def slots(*homes: str) -> dict[str, Any]:
    return {"Slot": [{"name": "homeCommunityId", "ValueList": {"Value": list(homes)}}]}


def call(
    url: str, transaction: str, request: SubmitObjectsRequest, **arguments: Any
) -> tuple[Any, str | None]:
    """The answer of a foreign stack's call, and the action of the answer."""
    history = HistoryPlugin()
    client = zeep.Client(
        f"{url}?wsdl", plugins=[Objects(request), history], settings=zeep.Settings(strict=False)
    )
    answer = client.service[TRANSACTIONS[transaction].operation](**arguments)
    return answer, history.last_received["envelope"].findtext(f".//{{{NS.WSA}}}Action")


def zeep_provides(url: str, transaction: str, number: int, content: bytes, *homes: str) -> Any:
    request = provision(number)
    submission = {"RequestSlotList": slots(*homes), "RegistryObjectList": {"Identifiable": []}}
    answer, action = call(
        url,
        transaction,
        request.submission,
        SubmitObjectsRequest=submission,
        Document=[{"id": request.documents[0].id, "_value_1": content}],
    )
    assert action == TRANSACTIONS[transaction].response_action
    return answer


def aimed(number: int, home: str | None, content: bytes = b"text") -> ProvideAndRegisterDocumentSetRequest:
    request = provision(number, content)
    submission = aimed_at(request.submission, home)
    return ProvideAndRegisterDocumentSetRequest(submission=submission, documents=request.documents)


def told(answer: Answer) -> list[tuple[str, str]]:
    return [(error.errorCode, error.codeContext) for error in response_of(answer).errors]


def entry(running: RunningTopology, number: int, registry: str = "south-registry") -> list[DocumentEntry]:
    answer = everything(running.url_of(registry), PATIENT)
    return [
        value
        for value in answer.objects.documentEntries  # as they are in the registry
        if value.uniqueId == f"2.999.2.{number}"
    ]


# --- documents ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("actor", "transaction"), [("north-ig", "ITI-41"), ("south-rg", "ITI-80")])
def test_zeep_provides_documents_to_another_community(
    running: RunningTopology, actor: str, transaction: str
) -> None:
    number, content = {"ITI-41": 11, "ITI-80": 12}[transaction], transaction.encode() * 3
    answer = zeep_provides(running.url_of(actor), transaction, number, content, SOUTH)
    assert status(answer) == "Success"
    client = connect(running.url_of("north-ig"))
    item = {
        "HomeCommunityId": SOUTH,
        "RepositoryUniqueId": oid("south", 3),
        "DocumentUniqueId": f"2.999.2.{number}",
    }
    got = client.service[TRANSACTIONS["ITI-43"].operation](DocumentRequest=[item])
    document = got.DocumentResponse[0].Document
    assert bytes(getattr(document, "_value_1", document)) == content


def test_each_hop_is_a_transaction_of_its_own_and_the_slot_is_for_gateways(running: RunningTopology) -> None:
    before = {each.id for each in running.exchanges()}
    assert told(provide(running.url_of("north-ig"), aimed(13, SOUTH))) == []
    hops = [each for each in running.exchanges() if each.id not in before]
    assert [(each.transaction, each.receiver) for each in hops] == [
        ("ITI-41", "north-ig"),
        ("ITI-80", "south-rg"),
        ("ITI-41", "south-repository"),
        ("ITI-42", "south-registry"),
    ]
    named = [b"homeCommunityId" in read_all(each.request.body) for each in hops]
    assert named == [True, True, False, False]


def test_documents_for_the_own_community_go_no_further(running: RunningTopology) -> None:
    assert told(provide(running.url_of("north-ig"), aimed(14, NORTH))) == []
    assert entry(running, 14, "north-registry")
    assert not entry(running, 14)


@pytest.mark.parametrize(
    ("actor", "transaction", "home", "code", "context"),
    [
        ("north-ig", "ITI-41", None, "XDSMissingHomeCommunityId", "slot homeCommunityId of RequestSlotList"),
        ("north-ig", "ITI-41", "", "XDSMissingHomeCommunityId", "slot homeCommunityId of RequestSlotList"),
        ("north-ig", "ITI-41", "urn:oid:2.9", "XDSUnknownCommunity", "value=urn:oid:2.9; rule=G21"),
        ("south-rg", "ITI-80", None, "XDSMissingHomeCommunityId", "rule=G21"),
        ("south-rg", "ITI-80", NORTH, "XDSUnknownCommunity", f"value={NORTH}; rule=G21"),
        ("north-ig", "ITI-41", SILENT, "XDSUnavailableCommunity", "whether it was done is not known"),
        ("north-ig", "ITI-41", NOBODY, "XDSUnavailableCommunity", "it has seen nothing of it"),
    ],
)
def test_what_leads_to_nobody_is_refused(
    running: RunningTopology, actor: str, transaction: str, home: str | None, code: str, context: str
) -> None:
    url = running.url_of(actor)
    ((errorCode, codeContext),) = told(send(url, post(url, *message(url, transaction, aimed(15, home)))))
    assert errorCode == code
    assert context in codeContext


def test_two_communities_are_one_too_many(running: RunningTopology) -> None:
    answer = zeep_provides(running.url_of("north-ig"), "ITI-41", 16, b"x", NORTH, SOUTH)
    (error,) = answer.RegistryErrorList.RegistryError
    assert (status(answer), error.errorCode) == ("Failure", "XDSUnknownCommunity")
    assert "names more than one community" in error.codeContext


def test_what_the_other_registry_refuses_is_nowhere(running: RunningTopology) -> None:
    foreign = PATIENT.replace("2.999.1.1", "2.999.1.7")
    request = provision(17)
    changed = request.submission.written().replace(PATIENT.encode(), foreign.encode())
    escaped = changed.replace(PATIENT.replace("&", "&amp;").encode(), foreign.replace("&", "&amp;").encode())
    refused = ProvideAndRegisterDocumentSetRequest(
        submission=aimed_at(read_submit_objects(parse(escaped)), SOUTH), documents=request.documents
    )
    codes = {code for code, _ in told(provide(running.url_of("north-ig"), refused))}
    assert codes == {"XDSUnknownPatientId"}
    assert not entry(running, 17)
    again = told(provide(running.url_of("north-ig"), aimed(17, SOUTH, b"other")))
    assert again == []  # nothing was kept, so that other octets are no contradiction


def test_a_large_document_passes_and_leaves_no_file_behind(running: RunningTopology) -> None:
    content = bytes(range(256)) * 8192
    assert told(provide(running.url_of("north-ig"), aimed(18, SOUTH, content))) == []
    (found,) = entry(running, 18)
    assert found.size == str(len(content))
    running.exchanges()
    gc.collect()
    assert list((running.folder / "spool").iterdir()) == []


def test_the_community_says_who_takes_documents(tmp_path: Path) -> None:
    south = community("south", recipients=[{"id": "ward"}])
    south["respondingGateway"]["providesTo"] = "ward"
    with start(federation(community("north"), south), tmp_path, FREE) as started:
        assert told(provide(started.url_of("north-ig"), aimed(1, SOUTH))) == []
        (received,) = started.received_by("ward")
        assert targets_of(received.metadata) == ()
        started.stop("south-rg")
        ((code, context),) = told(provide(started.url_of("north-ig"), aimed(2, SOUTH)))
    assert (code, "HTTP 503" in context) == ("XDSUnavailableCommunity", True)


# --- updates ------------------------------------------------------------------------------------


def found(running: RunningTopology, number: int) -> DocumentEntry:
    """An entry as a consumer in the north gets it from its gateway."""
    answer = ask(
        running.url_of("north-ig"),
        "FindDocuments",
        XDSDocumentEntryPatientId=PATIENT,
        XDSDocumentEntryStatus=APPROVED,
    )
    values = answer.objects.documentEntries
    return next(value for value in values if value.uniqueId == f"2.999.2.{number}")


@pytest.mark.parametrize(("actor", "number"), [("north-ig", 21), ("south-rg", 22)])
def test_zeep_updates_an_entry_of_another_community(
    running: RunningTopology, actor: str, number: int
) -> None:
    assert told(provide(running.url_of("north-ig"), aimed(number, SOUTH))) == []
    value = found(running, number)
    assert value.homeCommunityId == SOUTH
    request = an_update(newer(value, 1000 + number, languageCode="fr"), set_=a_set(3000 + number))
    empty = {"Identifiable": []}
    answer, action = call(running.url_of(actor), "ITI-92", request, RegistryObjectList=empty)
    assert (status(answer), action) == ("Success", TRANSACTIONS["ITI-92"].response_action)
    (now,) = entry(running, number)
    assert (now.languageCode, now.version, now.homeCommunityId) == ("fr", "2", None)
    again, _ = call(running.url_of(actor), "ITI-92", request, RegistryObjectList=empty)
    assert status(again) == "Failure"


@pytest.mark.parametrize(
    ("actor", "homes", "errors"),
    [
        ("north-ig", (None,), ["XDSMissingHomeCommunityId"]),
        ("north-ig", ("urn:oid:2.9",), ["XDSUnknownCommunity"]),
        ("north-ig", (NORTH, SOUTH), ["XDSMetadataUpdateError"]),
        ("north-ig", (None, SOUTH), ["XDSMissingHomeCommunityId"]),
        ("north-ig", (), ["XDSMetadataUpdateError"]),
        ("north-ig", (NOBODY,), ["XDSUnavailableCommunity"]),
        ("south-rg", (NORTH,), ["XDSUnknownCommunity"]),
        ("south-rg", (SOUTH,), ["XDSMetadataVersionError"]),
    ],
)
def test_an_update_is_of_one_known_community(
    running: RunningTopology, actor: str, homes: tuple[str | None, ...], errors: list[str]
) -> None:
    values = [
        newer(an_entry(50 + place), 60 + place, homeCommunityId=home) for place, home in enumerate(homes)
    ]
    url = running.url_of(actor)
    answer = send(url, post(url, *message(url, "ITI-92", an_update(*values, set_=a_set(4000)))))
    assert [code for code, _ in told(answer)] == errors
