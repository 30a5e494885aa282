from __future__ import annotations

from dataclasses import replace

import pytest
from rule_examples import in_module

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.discovery import DiscoveryRequest, DiscoveryResponse, Match, QueryWrapper
from xdsi_sim.messages.patient_feed import Ii, PersonName
from xdsi_sim.messages.prpa_discovery import write_discovery_response
from xdsi_sim.rules.answers import check_answer
from xdsi_sim.rules.discovery import check_discovery

QUERY = DiscoveryRequest(
    id=Ii("2.999.1.1"),
    queryId=Ii("2.999.1.2"),
    names=(PersonName("Roth"),),
    birthTime="19630804",
    sender="2.999.1",
    receiver="2.999.2",
)
BY_ID = replace(QUERY, names=(), birthTime="", ids=(Ii("2.999.3", "1"),))


def wrapped(**changes: object) -> DiscoveryRequest:
    return replace(QUERY, wrapper=replace(QueryWrapper(), **changes))  # type: ignore[arg-type]


QUERIES: list[tuple[DiscoveryRequest, list[str]]] = [
    (QUERY, []),
    (BY_ID, []),
    (replace(QUERY, queryId=Ii("", "7")), []),
    (wrapped(interactionId="PRPA_IN201301UV02"), ["N01"]),
    (wrapped(trigger=""), ["N01"]),
    (wrapped(processingModeCode="I"), ["N01"]),
    (wrapped(receivers=0), ["N01"]),
    (wrapped(statusCode="aborted"), ["N01"]),
    (wrapped(responseModalityCode="B"), ["N01"]),
    (replace(QUERY, id=Ii("")), ["N01"]),
    (replace(QUERY, queryId=Ii("")), ["N01"]),
    (replace(QUERY, sender=""), ["N01"]),
    (replace(QUERY, names=()), ["N02"]),
    (replace(QUERY, birthTime=""), ["N02"]),
    (replace(BY_ID, ids=()), ["N02", "N02"]),
    (wrapped(responsePriorityCode="D"), ["N03"]),
    (wrapped(responsePriorityCode=""), ["N03"]),
    (replace(QUERY, timeToLive="PT1H"), []),
    (replace(QUERY, timeToLive="an hour"), ["N04"]),
]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (wrapped(trigger=""), "the code of controlActProcess is '', not PRPA_TE201305UV02"),
        (wrapped(receivers=0), "the number of receivers is '0', not 1"),
        (replace(QUERY, id=Ii("")), "the message has no id"),
        (replace(QUERY, queryId=Ii("")), "the query has no queryId"),
        (replace(QUERY, sender=""), "the sender has no device id"),
        (replace(QUERY, names=()), "LivingSubjectName is missing, and there is no LivingSubjectId"),
        (
            wrapped(responsePriorityCode="D"),
            "responsePriorityCode is 'D', not I: deferred answers are not offered",
        ),
        (wrapped(responsePriorityCode="X"), "responsePriorityCode is 'X', not I"),
        (replace(QUERY, timeToLive="an hour"), "CorrelationTimeToLive is no xs:duration: 'an hour'"),
    ],
)
def test_what_is_wrong_with_a_query_is_said_in_words(query: DiscoveryRequest, text: str) -> None:
    (finding,) = check_discovery(query).findings
    assert finding.text == text


@pytest.mark.parametrize(("query", "broken"), QUERIES)
def test_a_query_says_who_asks_for_whom(query: DiscoveryRequest, broken: list[str]) -> None:
    verdict = check_discovery(query)
    assert [finding.rule for finding in verdict.findings] == broken
    assert verdict.accepted is not bool({*broken} - {"N04"})


MATCH = Match(patientId=Ii("2.999.2.1", "S7"), homeCommunityId="urn:oid:2.999.2")
FOUND = DiscoveryResponse(
    acknowledgement="AA", queryResponseCode="OK", queryId=QUERY.queryId, target=QUERY.id, matches=(MATCH,)
)
NOBODY = replace(FOUND, queryResponseCode="NF", matches=())
ANSWERS: list[tuple[DiscoveryResponse, list[str]]] = [
    (FOUND, []),
    (NOBODY, []),
    (replace(FOUND, target=Ii("")), []),
    (replace(FOUND, matches=(), requested=("PatientAddressRequested",)), []),
    (replace(NOBODY, acknowledgement="AE", queryResponseCode="AE", issues=("ResponderBusy",)), []),
    (replace(NOBODY, acknowledgement="AE", queryResponseCode="QE"), []),
    (replace(NOBODY, queryResponseCode="OK"), ["N05"]),
    (replace(FOUND, queryResponseCode="NF"), ["N05"]),
    (replace(NOBODY, queryResponseCode="XX"), ["N05", "N05"]),
    (replace(NOBODY, queryResponseCode="AE"), ["N05"]),
    (replace(NOBODY, acknowledgement="CA"), ["N05"]),
    (replace(FOUND, matches=(replace(MATCH, homeCommunityId=""),)), ["N06"]),
    (replace(FOUND, matches=(replace(MATCH, homeCommunityId="2.999"),)), []),
    (replace(FOUND, matches=(replace(MATCH, patientId=Ii("2.999.2.1", "")),)), ["N06"]),
    (replace(FOUND, matches=(replace(MATCH, homeCommunityId="north"),)), ["N06"]),
    (replace(FOUND, matches=(replace(MATCH, patientId=Ii("2.999.2.1")),)), ["N06"]),
    (replace(FOUND, queryId=Ii("2.999.9")), ["N07"]),
    (replace(FOUND, target=Ii("2.999.9")), ["N07"]),
    (replace(FOUND, target=Ii("", "7")), ["N07"]),
    (replace(FOUND, timeToLive="soon"), ["N08"]),
    (replace(FOUND, timeToLive="P1D"), []),
]


@pytest.mark.parametrize(("answer", "broken"), ANSWERS)
def test_an_answer_says_one_thing_about_one_query(answer: DiscoveryResponse, broken: list[str]) -> None:
    element = parse(write_discovery_response(answer))
    verdict = check_answer("ITI-55", element, answer, QUERY)
    assert [finding.rule for finding in verdict.findings] == broken
    if broken == ["N07"]:
        assert check_answer("ITI-55", element, answer).findings == ()


def test_every_rule_here_is_broken_above() -> None:
    broken = {rule for _, rules in (*QUERIES, *ANSWERS) for rule in rules}
    assert broken == {*in_module("discovery")}
