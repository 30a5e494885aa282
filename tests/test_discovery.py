"""Patients of other communities: asked for over sockets, by a foreign stack and by a gateway."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
import zeep
from a_domain import ask, submit
from a_federation import HOMES, community, federation
from a_peer import Peer, peers
from feeds import SOURCE, adt, tell
from feeds import ask as ask_by_mllp
from submissions import a_set, a_submission, an_entry, members
from wire import message, post, send
from zeep.plugins import HistoryPlugin

from xdsi_sim.actors.flow import Call
from xdsi_sim.actors.patient_seeker import PatientSeeker
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.discovery import DiscoveryResponse
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName
from xdsi_sim.messages.query import AdhocQueryResponse
from xdsi_sim.messages.response import status_name
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import APPROVED, NS, TRANSACTIONS

FREE = Listen("127.0.0.1", 0)
NORTH, SOUTH = HOMES["north"], HOMES["south"]
HERE, THERE = "2.999.71.1", "2.999.72.1"
ANNA = Person(name=PersonName("Bergström", "Anna"), birthTime="19740312", gender="F")
SEEKER = PatientSeeker(community=NORTH)
DEAD, SILENT = "urn:oid:2.999.78", "urn:oid:2.999.79"


def cx(id: str, authority: str = THERE) -> str:
    return f"{id}^^^&{authority}&ISO"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    """The north, which asks everybody, the south, which knows Anna, a dead community and a silent one."""
    gateway = {"id": "north-ig", "patients": "xcpd"}
    north = community("north", patientAuthority=HERE, initiatingGateway=gateway)
    rg = {"id": "south-rg", "asynchronous": True, "discovery": {"timeToLive": "PT1H"}}
    registry = {"id": "south-registry", "feed": {"mllp": 0}}
    south = community("south", patientAuthority=THERE, registry=registry, respondingGateway=rg)
    with peers() as listen, socket.create_server(("127.0.0.1", 0)) as closed:
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}/rg"
        closed.close()
        both = federation(
            *(north, south),
            gateways={DEAD: dead, SILENT: listen(lambda _request: None)},
            timeouts={"firstByte": 1, "total": 2},
        )
        with start(both, tmp_path_factory.mktemp("two"), FREE) as started:
            tell(started.url_of("north-registry"), SOURCE.announce(Ii(HERE, "N1"), person=ANNA))
            tell(started.url_of("south-registry"), SOURCE.announce(Ii(THERE, "S7"), person=ANNA))
            publish(started, "north", 1, cx("N1", HERE))
            publish(started, "south", 2, cx("S7"))
            yield started


@pytest.fixture
def peer() -> Iterator[Peer]:
    with peers() as listen:
        yield listen


def publish(running: RunningTopology, name: str, number: int, patientId: str) -> None:
    entry, set_ = an_entry(number, patientId=patientId), a_set(1000 + number, patientId=patientId)
    request = a_submission(entries=(entry,), set_=set_, associations=members(set_, (entry,)))
    assert submit(running.url_of(f"{name}-registry"), request) == []


def discover(running: RunningTopology, person: Person, *ids: Ii, **how: Any) -> DiscoveryResponse:
    query = SEEKER.ask(person, ids, receiver=SOUTH)
    call = Call(url=running.url_of("south-rg"), transaction="ITI-55", message=query)
    reply = running.client.call(call, sender="tester", conversation="ask", **how)
    assert isinstance(reply.answer, DiscoveryResponse), reply.answer
    assert reply.findings == ()
    return reply.answer


def found(answer: DiscoveryResponse) -> list[str]:
    return [match.patientId.extension for match in answer.matches]


# --- by a stack that is not ours -------------------------------------------------------------


def asked(parameters: str) -> dict[str, Any]:
    """What zeep is given for a query: the wrapper by its schema, the query as XML."""
    act = f"""<all xmlns="{NS.HL7}"><code code="PRPA_TE201305UV02"/><queryByParameter>
        <queryId root="2.999.5.2" extension="7"/><statusCode code="new"/><responseModalityCode code="R"/>
        <responsePriorityCode code="I"/><parameterList>{parameters}</parameterList></queryByParameter>
        </all>"""
    devices = [parse(f'<device xmlns="{NS.HL7}"><id root="2.999.7"/></device>'.encode()) for _ in "ab"]
    return {
        "ITSVersion": "XML_1.0",
        "id": {"root": "2.999.5.1"},
        "creationTime": {"value": "20240212083000"},
        "interactionId": {"root": "2.16.840.1.113883.1.6", "extension": "PRPA_IN201305UV02"},
        "processingCode": {"code": "P"},
        "processingModeCode": {"code": "T"},
        "acceptAckCode": {"code": "NE"},
        "receiver": [{"_value_1": [devices[0]]}],
        "sender": {"_value_1": [devices[1]]},
        "controlActProcess": {"_value_1": list(parse(act.encode()))},
    }


BY_NAME = """<livingSubjectBirthTime><value value="19740312"/></livingSubjectBirthTime>
<livingSubjectName><value><given>ANNA</given><family>BERGSTROM</family></value></livingSubjectName>"""
BY_NOTHING = '<livingSubjectAdministrativeGender><value code="F"/></livingSubjectAdministrativeGender>'
ADVICE = f"""<x:CorrelationTimeToLive xmlns:x="{NS.XCPD}" xmlns:s="{NS.SOAP}" s:mustUnderstand="true"
>P1D</x:CorrelationTimeToLive>"""


@pytest.mark.parametrize(
    ("parameters", "code", "query_code", "patients"),
    [
        (BY_NAME, "AA", "OK", ["S7"]),
        (BY_NAME.replace("1974", "1975"), "AA", "NF", []),
        (BY_NOTHING, "AE", "QE", []),
    ],
)
def test_zeep_asks_for_a_patient(
    running: RunningTopology, parameters: str, code: str, query_code: str, patients: list[str]
) -> None:
    history = HistoryPlugin()
    client = zeep.Client(f"{running.url_of('south-rg')}?wsdl", plugins=[history])
    operation = client.service[TRANSACTIONS["ITI-55"].operation]
    operation(_soapheaders=[parse(ADVICE.encode())], **asked(parameters))
    envelope = history.last_received["envelope"]
    names = {"h": NS.HL7, "w": NS.WSA, "x": NS.XCPD}
    assert envelope.xpath("string(//w:Action)", namespaces=names) == TRANSACTIONS["ITI-55"].response_action
    assert envelope.xpath("string(//h:acknowledgement/h:typeCode/@code)", namespaces=names) == code
    assert envelope.xpath("string(//h:queryAck/h:queryResponseCode/@code)", namespaces=names) == query_code
    assert envelope.xpath("string(//h:queryAck/h:queryId/@extension)", namespaces=names) == "7"
    assert envelope.xpath("//h:patient/h:id/@extension", namespaces=names) == patients
    assert envelope.xpath("//h:custodian//h:id/@root", namespaces=names) == ["2.999.72"] * len(patients)
    assert envelope.xpath("string(//x:CorrelationTimeToLive)", namespaces=names) == (
        "PT1H" if code == "AA" else ""
    )
    exchange = running.exchanges()[-1]
    assert (exchange.transaction, exchange.receiver) == ("ITI-55", "south-rg")
    assert [finding.rule for finding in exchange.findings if finding.rule[0] == "N"] == (
        ["N02", "N02"] if query_code == "QE" else []
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"PRPA_IN201305UV02 ", b"PRPA_IN201306UV02 "),
        (b"<queryByParameter>", b"<queryByParameter"),
    ],
)
def test_what_is_no_query_is_a_fault(running: RunningTopology, old: bytes, new: bytes) -> None:
    url = running.url_of("south-rg")
    content_type, body = message(url, "ITI-55", SEEKER.ask(ANNA, (), receiver=SOUTH))
    assert old in body
    answer = send(url, post(url, content_type, body.replace(old, new)))
    assert (answer.status, b"Fault" in answer.body) == (400, True)


# --- both ways of answering ------------------------------------------------------------------


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_answer_comes_at_once_or_to_an_address_of_its_own(
    running: RunningTopology, asynchronous: bool
) -> None:
    answer = discover(running, ANNA, asynchronous=asynchronous)
    assert found(answer) == ["S7"]
    assert answer.timeToLive == "PT1H"


# --- a gateway that asks ---------------------------------------------------------------------


def find(running: RunningTopology, patientId: str) -> AdhocQueryResponse:
    more = {"XDSDocumentEntryPatientId": patientId, "XDSDocumentEntryStatus": APPROVED}
    return ask(running.url_of("north-ig"), "FindDocuments", **more)


def sent(running: RunningTopology, after: int) -> list[tuple[str, str]]:
    """What the gateway has sent since."""
    return [
        (one.transaction, one.receiver)
        for one in running.exchanges()[after:]
        if one.sender == "north-ig" and not one.receiver.startswith("127.")
    ]


def test_a_patient_is_found_elsewhere_under_another_id_and_the_dead_cost_their_own(
    running: RunningTopology,
) -> None:
    after = len(running.exchanges())
    answer = find(running, cx("N1", HERE))
    assert status_name(answer.status) == "PartialSuccess"
    assert {entry.patientId for entry in answer.objects.documentEntries} == {cx("N1", HERE), cx("S7")}
    assert [(error.errorCode, error.location) for error in answer.errors] == [
        ("XDSUnavailableCommunity", DEAD),
        ("XDSUnavailableCommunity", SILENT),
    ]
    assert all("gives no answer to ITI-55" in error.codeContext for error in answer.errors)
    assert sent(running, after) == [
        ("ITI-55", "south-rg"),
        ("ITI-18", "north-registry"),
        ("ITI-38", "south-rg"),
    ]
    after = len(running.exchanges())
    find(running, cx("N1", HERE))
    assert sent(running, after) == [("ITI-18", "north-registry"), ("ITI-38", "south-rg")]


def test_who_was_merged_is_found_under_the_surviving_id(running: RunningTopology) -> None:
    bruno = Person(name=PersonName("Okonkwo", "Bruno"), birthTime="19591105")
    tell(running.url_of("south-registry"), SOURCE.announce(Ii(THERE, "S20"), person=bruno))
    assert found(discover(running, bruno)) == ["S20"]
    at = running.mllp_of("south-registry")
    assert at is not None
    assert ask_by_mllp(at, adt("A04", pid3=cx("S21"))).code == "AA"
    assert ask_by_mllp(at, adt("A40", pid3=cx("S21"), mrg1=cx("S20"))).code == "AA"
    assert found(discover(running, Person(), Ii(THERE, "S20"))) == ["S21"]
    assert found(discover(running, bruno)) == []  # the survivor was called otherwise before the merge
    update = adt("A08", pid3=cx("S21")).replace(b"Roth^Miriam", b"OKONKWO^BRUNO||19591105|M")
    assert ask_by_mllp(at, update).code == "AA"
    assert found(discover(running, bruno)) == ["S21"]


def test_the_way_of_a_discovery_is_in_the_log_with_what_both_have_said(running: RunningTopology) -> None:
    discover(running, ANNA)
    exchange = running.exchanges("ask")[-1]
    assert (exchange.sender, exchange.receiver, exchange.status) == ("tester", "south-rg", "Success")
