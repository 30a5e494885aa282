from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import faults
from strategies import texts

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.discovery import DiscoveryRequest, DiscoveryResponse, Match, QueryWrapper
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName
from xdsi_sim.messages.prpa_discovery import (
    header_of_discovery,
    read_discovery_request,
    read_discovery_response,
    with_header,
    write_discovery_request,
    write_discovery_response,
)

TEXT = texts().map(lambda text: " ".join(text.split()))
IDS = st.builds(Ii, TEXT, TEXT).filter(lambda given_: bool(given_.root or given_.extension))
NAMES = st.builds(PersonName, TEXT, TEXT).filter(lambda name: bool(name.family or name.given))
PERSONS = st.builds(Person, name=st.none() | NAMES, birthTime=TEXT, gender=TEXT, mothersMaidenName=TEXT)
DEGREES = st.none() | st.integers(0, 999)
REQUESTS = st.builds(
    DiscoveryRequest,
    id=IDS,
    queryId=IDS,
    ids=st.lists(IDS, max_size=2).map(tuple),
    names=st.lists(NAMES, max_size=2).map(tuple),
    birthTime=TEXT,
    gender=TEXT,
    mothersMaidenName=TEXT,
    least=DEGREES,
    wrapper=st.builds(
        QueryWrapper,
        interactionId=TEXT,
        trigger=TEXT,
        processingModeCode=TEXT,
        receivers=st.just(1),
        statusCode=TEXT,
        responseModalityCode=TEXT,
        responsePriorityCode=TEXT,
    ),
    time=TEXT,
    sender=TEXT,
    receiver=TEXT,
    community=TEXT,
)
RESPONSES = st.builds(
    DiscoveryResponse,
    acknowledgement=TEXT,
    queryResponseCode=TEXT,
    target=IDS,
    queryId=IDS,
    matches=st.lists(
        st.builds(
            Match,
            patientId=IDS,
            homeCommunityId=st.sampled_from(["urn:oid:2.999.1", ""]),
            person=PERSONS,
            otherIds=st.lists(IDS, max_size=2).map(tuple),
            degree=DEGREES,
        ),
        max_size=2,
    ).map(tuple),
    requested=st.lists(TEXT, max_size=2).map(tuple),
    issues=st.lists(TEXT, max_size=2).map(tuple),
    texts=st.lists(TEXT.filter(bool), max_size=2).map(tuple),
    interactionId=TEXT,
    id=IDS,
    time=TEXT,
    sender=TEXT,
    receiver=TEXT,
)


@given(REQUESTS)
def test_a_query_is_read_as_it_was_written(request_: DiscoveryRequest) -> None:
    written = write_discovery_request(request_)
    assert read_discovery_request(parse(written)) == request_
    assert faults(written, "ours") == []


@given(RESPONSES)
def test_an_answer_is_read_as_it_was_written(response: DiscoveryResponse) -> None:
    written = write_discovery_response(response)
    assert read_discovery_response(parse(written)) == response
    assert faults(written, "ours") == []


def test_what_is_missing_is_empty() -> None:
    query = read_discovery_request(parse(b'<PRPA_IN201305UV02 xmlns="urn:hl7-org:v3"/>'))
    assert (query.ids, query.names, query.birthTime, query.parameters, query.echo) == (
        *((), (), "", frozenset()),
        b"",
    )
    answer = read_discovery_response(parse(b'<PRPA_IN201306UV02 xmlns="urn:hl7-org:v3"/>'))
    assert (answer.acknowledgement, answer.matches, answer.queryId) == ("", (), Ii(""))


def test_the_query_is_repeated_as_it_came_with_what_nobody_reads() -> None:
    query = (
        '<h:queryByParameter xmlns:y="urn:y"><h:queryId root="2.999.1"/><h:initialQuantity value="5"/>'
        "<h:parameterList><h:patientAddress><h:value><h:city>X &amp; Y</h:city></h:value></h:patientAddress>"
        '<h:livingSubjectId><h:value root="2.999" extension="1"/><h:value root="2.999" extension="2"/>'
        "</h:livingSubjectId></h:parameterList></h:queryByParameter>"
    )
    text = (
        f'<h:PRPA_IN201305UV02 xmlns:h="urn:hl7-org:v3"><h:controlActProcess>{query}</h:controlActProcess>'
        "</h:PRPA_IN201305UV02>"
    )
    found = read_discovery_request(parse(text.encode()))
    assert found.ids == (Ii("2.999", "1"), Ii("2.999", "2"))
    assert found.parameters == {"patientAddress", "livingSubjectId"}
    answer = DiscoveryResponse(acknowledgement="AA", queryResponseCode="NF", echo=found.echo)
    repeated = read_discovery_request_of(write_discovery_response(answer))
    assert repeated.ids == found.ids
    assert b"X &amp; Y" in write_discovery_response(answer)


def read_discovery_request_of(answer: bytes) -> DiscoveryRequest:
    """The query that an answer repeats."""
    return read_discovery_request(parse(answer.replace(b"PRPA_IN201306UV02", b"PRPA_IN201305UV02")))


@pytest.mark.parametrize(
    ("value", "least"), [("75", 75), ("0", 0), ("", None), ("high", None), ("-1", None), ("9" * 5000, None)]
)
def test_a_degree_is_a_number_or_nothing(value: str, least: int | None) -> None:
    data = write_discovery_request(DiscoveryRequest(id=Ii("1"), queryId=Ii("2"), least=1))
    data = data.replace(b'"INT" value="1"', f'"INT" value="{value}"'.encode())
    assert read_discovery_request(parse(data)).least == least


@pytest.mark.parametrize("advice", ["PT1H", "a < b", ""])
def test_the_advice_stands_in_the_header(advice: str) -> None:
    message = DiscoveryRequest(id=Ii("1"), queryId=Ii("2"), timeToLive=advice)
    header = parse(f"<Header>{header_of_discovery(message)}</Header>".encode())
    assert with_header(replace(message, timeToLive=None), header) == message
    silent = replace(message, timeToLive=None)
    assert header_of_discovery(silent) == ""
    assert with_header(silent, None) == with_header(silent, parse(b"<Header/>")) == silent
