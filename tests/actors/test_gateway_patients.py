from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from told import told

from xdsi_sim.actors.flow import Answer, Call, NoAnswer, run
from xdsi_sim.actors.gateway_patients import Correlations
from xdsi_sim.actors.gateways import InitiatingGateway
from xdsi_sim.actors.patient_directory import KnownPatient
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.ebrim.writer import write_object_ref
from xdsi_sim.messages.discovery import DiscoveryRequest, DiscoveryResponse, Match
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, GET_DOCUMENTS, encode
from xdsi_sim.vocab import APPROVED, FAILURE, PARTIAL_SUCCESS, SUCCESS

OWN, NORTH, SOUTH = "urn:oid:2.999.1", "urn:oid:2.999.2", "urn:oid:2.999.3"
REGISTRY = "http://own/registry"
URLS = {NORTH: "http://north/rg", SOUTH: "http://south/rg"}
HOMES = {url: home for home, url in URLS.items()}
HERE, OLD = "P1^^^&2.999.1.1&ISO", "P0^^^&2.999.1.1&ISO"
ANNA = Person(name=PersonName("Roth", "Anna"), birthTime="19630804", gender="F", mothersMaidenName="Grün")
PATIENT_ID = FIND_DOCUMENTS.by_name["$XDSDocumentEntryPatientId"]


class Directory:
    """One patient, whom the test may change."""

    patient = KnownPatient(patientId=HERE, formerIds=(OLD,), otherIds=("NAT^^^&2.999.9&ISO",), person=ANNA)

    def known_as(self, patientId: str) -> KnownPatient | None:
        known = (self.patient.patientId, *self.patient.formerIds)
        return self.patient if patientId in known else None

    def candidates(self, *_: object) -> Sequence[KnownPatient]:
        raise AssertionError("nobody is looked for here")


class World:
    """A gateway that asks both communities by XCPD, and what these answer."""

    def __init__(self, **changes: Any) -> None:
        self.now = 0.0
        self.directory = Directory()
        self.gateway = InitiatingGateway(
            **{
                "homeCommunityId": OWN,
                "registry": REGISTRY,
                "sources": {},
                "gateways": URLS,
                "ways": {NORTH: "xcpd", SOUTH: "xcpd"},
                "directory": self.directory,
                "correlations": Correlations(lambda: self.now),
                **changes,
            }
        )
        self.said: dict[str, Answer] = {}
        self.calls: list[Call] = []

    def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        if call.transaction == "ITI-55":
            return self.said.get(call.url, nobody())
        said = self.said.get(f"{call.url} documents")
        reference = write_object_ref(call.url, HOMES.get(call.url))
        return said if said is not None else AdhocQueryResponse(fragments=(reference,))

    def ask(self, request: AdhocQueryRequest) -> AdhocQueryResponse:
        self.calls = []
        return run(self.gateway.query(request), self.answer)

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(call.transaction, HOMES.get(call.url, OWN)) for call in self.calls]


def find(patient: str = HERE, *more: Slot, **changes: Any) -> AdhocQueryRequest:
    slots = (
        encode(PATIENT_ID, patient),
        encode(FIND_DOCUMENTS.by_name["$XDSDocumentEntryStatus"], APPROVED),
        *more,
    )
    return AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots, **changes)


def nobody(**changes: Any) -> DiscoveryResponse:
    return DiscoveryResponse(acknowledgement="AA", queryResponseCode="NF", **changes)


def called(*ids: str, home: str = SOUTH, **changes: Any) -> DiscoveryResponse:
    matches = tuple(Match(patientId=Ii("2.999.3.1", id), homeCommunityId=home) for id in ids)
    return DiscoveryResponse(acknowledgement="AA", queryResponseCode="OK", matches=matches, **changes)


def test_each_community_is_asked_for_the_patient_and_then_by_its_own_id() -> None:
    world = World()
    world.said[URLS[SOUTH]] = called("S7")
    answer = world.ask(find())
    assert world.sent == [("ITI-55", NORTH), ("ITI-55", SOUTH), ("ITI-18", OWN), ("ITI-38", SOUTH)]
    assert (answer.status, answer.errors, len(answer.fragments)) == (SUCCESS, (), 2)
    query: DiscoveryRequest = world.calls[1].message
    assert query.ids == (Ii("2.999.1.1", "P1"), Ii("2.999.9", "NAT"))
    assert (query.names, query.birthTime, query.gender) == ((ANNA.name,), "19630804", "F")
    assert (query.sender, query.receiver, query.community) == ("2.999.1", "2.999.3", "2.999.1")
    assert world.calls[2].message == find()
    assert world.calls[3].message == find("S7^^^&2.999.3.1&ISO")


def test_a_patient_who_is_not_known_here_is_asked_for_by_the_id_alone() -> None:
    for world in (World(), World(directory=None)):
        world.ask(find("P9^^^&2.999.1.1&ISO"))
        query: DiscoveryRequest = world.calls[0].message
        assert (query.ids, query.names) == ((Ii("2.999.1.1", "P9"),), ())


def test_nobody_is_asked_for_by_an_id_that_was_merged_away() -> None:
    world = World()
    answer = world.ask(find(OLD))
    assert world.sent == [("ITI-18", OWN)]
    assert answer.status == SUCCESS


SILENT = NoAnswer("no answer within 5 s")
BUSY = DiscoveryResponse(
    acknowledgement="AE", queryResponseCode="AE", issues=("ResponderBusy",), texts=("later",)
)
REFUSED = replace(BUSY, queryResponseCode="QE", issues=(), texts=("no name",))
CURIOUS = DiscoveryResponse(
    acknowledgement="AA", queryResponseCode="OK", requested=("PatientAddressRequested",)
)


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (SILENT, "XDSUnavailableCommunity", "gives no answer to ITI-55: no answer within 5 s"),
        (BUSY, "XDSUnavailableCommunity", "cannot answer ITI-55: ResponderBusy later"),
        (REFUSED, "XDSRegistryError", "refuses ITI-55: QE no name"),
        (CURIOUS, "XDSRegistryError", "PatientAddressRequested"),
        (called("S7", "S8"), "XDSRegistryError", "2 patients who may be the one"),
        (called("S7", home=NORTH), "XDSRegistryError", "rule=N06"),
        (called(""), "XDSRegistryError", "rule=N06"),
    ],
)
def test_a_community_that_does_not_say_costs_its_own_share(said: Answer, code: str, words: str) -> None:
    world = World()
    world.said |= {URLS[SOUTH]: said, URLS[NORTH]: called("N1", home=NORTH)}
    answer = world.ask(find())
    assert (answer.status, told(answer), len(answer.fragments)) == (PARTIAL_SUCCESS, [(code, SOUTH)], 2)
    assert words in answer.errors[0].codeContext
    assert ("ITI-38", SOUTH) not in world.sent


def test_one_patient_twice_is_one() -> None:
    world = World()
    world.said[URLS[SOUTH]] = called("S7", "S7")
    assert world.ask(find()).status == SUCCESS
    assert ("ITI-38", SOUTH) in world.sent


def test_all_silent_is_a_failure_and_all_without_the_patient_is_none() -> None:
    world = World(registry=None)
    assert world.ask(find()).status == SUCCESS
    world.said = dict.fromkeys(HOMES, SILENT)
    assert world.ask(find()).status == FAILURE


@pytest.mark.parametrize(
    "request_",
    [
        AdhocQueryRequest(
            id=GET_DOCUMENTS.id,
            parameters=(encode(GET_DOCUMENTS.by_name["$XDSDocumentEntryUniqueId"], "2.999.7"),),
            home=SOUTH,
        ),
        find(home=SOUTH).__class__(id=FIND_DOCUMENTS.id, parameters=(), home=SOUTH),
        find(HERE, encode(PATIENT_ID, OLD), home=SOUTH),
    ],
)
def test_what_names_not_one_patient_goes_on_as_it_is(request_: AdhocQueryRequest) -> None:
    world = World()
    world.ask(request_)
    assert world.sent == [("ITI-38", SOUTH)]
    assert world.calls[0].message == request_


# --- what is kept ----------------------------------------------------------------------------


def test_what_may_be_kept_is_kept_so_long() -> None:
    world = World()
    world.said |= {URLS[SOUTH]: called("S7", timeToLive="PT1M"), URLS[NORTH]: nobody(timeToLive="PT1H")}
    world.ask(find())
    world.ask(find())
    assert world.sent == [("ITI-18", OWN), ("ITI-38", SOUTH)]
    assert world.calls[1].message == find("S7^^^&2.999.3.1&ISO")
    world.now = 60.0
    world.ask(find())
    assert world.sent[0] == ("ITI-55", SOUTH)
    assert ("ITI-55", NORTH) not in world.sent


@pytest.mark.parametrize("advice", [None, "P0D", "-PT1H", "for ever"])
def test_what_may_not_be_kept_is_asked_each_time(advice: str | None) -> None:
    world = World()
    world.said[URLS[SOUTH]] = called("S7", timeToLive=advice)
    for _ in range(2):
        world.ask(find())
        assert ("ITI-55", SOUTH) in world.sent


def test_an_id_that_the_community_does_not_know_any_more_is_forgotten() -> None:
    world = World()
    world.said[URLS[SOUTH]] = called("S7", timeToLive="PT1H")
    gone = RegistryError(errorCode="XDSUnknownPatientId", codeContext="S7", location=SOUTH)
    world.said[f"{URLS[SOUTH]} documents"] = AdhocQueryResponse(status=FAILURE, errors=(gone,))
    assert world.ask(find()).status == SUCCESS
    world.ask(find())
    assert ("ITI-55", SOUTH) in world.sent


def test_who_is_called_otherwise_is_asked_for_anew() -> None:
    world = World()
    world.said[URLS[SOUTH]] = called("S7", timeToLive="PT1H")
    world.ask(find())
    world.directory.patient = replace(Directory.patient, person=replace(ANNA, gender=""))
    world.ask(find())
    assert ("ITI-55", SOUTH) in world.sent


def test_so_many_are_kept_and_no_more() -> None:
    kept = Correlations(lambda: 0.0, most=2)
    hour = timedelta(hours=1)
    kept.keep("a", "1", hour)
    kept.keep("b", None, hour)
    assert kept.find("a") == ("1",)
    kept.keep("c", "3", hour)
    assert (kept.find("a"), kept.find("b"), kept.find("c")) == (("1",), None, ("3",))
    kept.keep("a", "1", timedelta())
    assert kept.find("a") is None


# --- the other ways --------------------------------------------------------------------------


def test_in_a_table_stands_everybody_who_is_known_elsewhere() -> None:
    table = {SOUTH: {HERE: "S7^^^&2.999.3.1&ISO"}}
    world = World(ways={NORTH: "table", SOUTH: "table"}, patientIds=table)
    assert world.ask(find()).status == SUCCESS
    assert world.sent == [("ITI-18", OWN), ("ITI-38", SOUTH)]
    assert world.calls[1].message == find("S7^^^&2.999.3.1&ISO")


def test_each_community_has_its_own_way() -> None:
    world = World(ways={SOUTH: "xcpd"})
    world.said[URLS[SOUTH]] = called("S7")
    world.ask(find())
    assert world.sent == [("ITI-55", SOUTH), ("ITI-18", OWN), ("ITI-38", NORTH), ("ITI-38", SOUTH)]
    assert world.calls[2].message == find()
