from __future__ import annotations

import pytest

from xdsi_sim.actors.patient_discovery import DiscoveryPolicy
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.gateways import gateway_of
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.ways import Way, ways
from xdsi_sim.topology.yaml import parse_yaml

OWN, SOUTH, VENDOR = "urn:oid:2.999.1", "urn:oid:2.999.2", "urn:oid:2.999.3"
TEXT = """\
name: federation
communities:
  - id: national
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry}
    initiatingGateway:
      id: ig
      patients: same
      patientIds:
        - {here: P1, homeCommunityId: "urn:oid:2.999.2", there: S7}
  - id: south
    homeCommunityId: urn:oid:2.999.2
    patientAuthority: 2.999.2.1
    registry: {id: south-registry}
    respondingGateway:
      id: rg
      discovery: {several: ask, most: 5, requires: [PatientAddressRequested], timeToLive: PT1H}
peers:
  - {id: vendor, url: "http://127.0.0.1:9000/", role: respondingGateway, homeCommunityId: "urn:oid:2.999.3"}
"""
TABLE = """\
      patientIds:
        - {here: P1, homeCommunityId: "urn:oid:2.999.2", there: S7}
"""


def topology(text: str = TEXT) -> Topology:
    return check(Topology, parse_yaml(text, "t.yaml"))


def saying(patients: str, table: bool = True) -> str:
    text = TEXT.replace("patients: same", f"patients: {patients}")
    return text if table else text.replace(TABLE, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, {}),
        (TEXT.replace("      patients: same\n", ""), {}),
        (saying("xcpd", table=False), {SOUTH: "xcpd", VENDOR: "xcpd"}),
        (saying("table"), {SOUTH: "table", VENDOR: "table"}),
        (saying("{others: xcpd, urn:oid:2.999.2: table}"), {SOUTH: "table", VENDOR: "xcpd"}),
        (saying("{urn:oid:2.999.3: xcpd}"), {VENDOR: "xcpd"}),
    ],
)
def test_each_community_is_asked_in_its_way(text: str, expected: dict[str, str]) -> None:
    found = topology(text)
    assert gateway_of(found, found.find("ig"), lambda id_: id_).ways == expected
    discovering = [way.receiver for way in ways(found) if way == Way("ig", way.receiver, ("ITI-55",))]
    ids = {SOUTH: "rg", VENDOR: "vendor"}
    assert discovering == [ids[home] for home, way in expected.items() if way == "xcpd"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (saying("pdq"), "9:17: expected same, table or xcpd, found 'pdq'."),
        (saying("xpcd"), "Did you mean 'xcpd'?"),
        (saying("{others: 7}"), "9:26: expected same, table or xcpd, found '7'."),
        (saying("[xcpd]"), "9:17: expected same, table or xcpd, found '['xcpd']'."),
        (saying("{urn:oid:2.999.9: xcpd}"), "9:18: no community 'urn:oid:2.999.9'. Did you mean"),
        (saying("{urn:oid:2.999.1: xcpd}"), "no community 'urn:oid:2.999.1'."),
        (
            saying("xcpd"),
            "11:9: the patients of urn:oid:2.999.2 are found by XCPD, and patientIds names some.",
        ),
        (saying("table", table=False), "9:17: patients: table needs a table, patientIds"),
        (saying("{urn:oid:2.999.3: table}"), "the patients of urn:oid:2.999.3 stand in no table"),
        (TEXT.replace("several: ask", "several: some"), "expected 'all', 'ask' or 'none'"),
        (TEXT.replace("most: 5", "most: 0"), "0 is less than 1"),
        (TEXT.replace("PT1H", "1h"), "'1h' is no duration, such as P1D or PT2H"),
        (
            TEXT.replace("PatientAddressRequested", "PatientAdressRequested"),
            "'PatientAdressRequested' is no attribute to ask for. Did you mean 'PatientAddressRequested'?",
        ),
        (
            TEXT.replace("several: ask", "refuses: RespondersBusy"),
            "'RespondersBusy' is no reason to refuse. Did you mean 'ResponderBusy'?",
        ),
        (TEXT.replace("several: ask", "severals: ask"), "unknown key 'severals'. Did you mean 'several'?"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        topology(text)
    assert expected in str(caught.value)


def test_a_gateway_answers_as_it_is_told_to() -> None:
    found = topology()
    assert gateway_of(found, found.find("rg"), lambda id_: id_).policy == DiscoveryPolicy(
        several="ask", most=5, requires=("PatientAddressRequested",), timeToLive="PT1H"
    )
    refusing = topology(TEXT.replace("several: ask", "refuses: AnswerNotAvailable"))
    assert gateway_of(refusing, refusing.find("rg"), lambda id_: id_).policy.refuses == "AnswerNotAvailable"
