from __future__ import annotations

from dataclasses import replace

import pytest
from feeds import added, merged
from hypothesis import given
from hypothesis import strategies as st
from schemas import faults
from strategies import texts

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.patient_feed import (
    Acknowledgement,
    Event,
    Ii,
    PatientFeed,
    Person,
    PersonName,
    Wrapper,
)
from xdsi_sim.messages.prpa import INTERACTIONS, in_v3, read_mcci, read_prpa, write_mcci, write_prpa

TEXT = texts().map(lambda text: " ".join(text.split()))
IDS = st.builds(Ii, TEXT, TEXT).filter(lambda given_: bool(given_.root or given_.extension))
NAMES = st.none() | st.builds(PersonName, TEXT, TEXT).filter(lambda name: bool(name.family or name.given))
PERSONS = st.builds(Person, name=NAMES, birthTime=TEXT, gender=TEXT, mothersMaidenName=TEXT)
FEEDS = st.builds(
    PatientFeed,
    event=st.sampled_from([*INTERACTIONS]),
    id=IDS,
    patientIds=st.lists(IDS, max_size=3).map(tuple),
    subsumedIds=st.lists(IDS, max_size=2).map(tuple),
    otherIds=st.lists(IDS, max_size=2).map(tuple),
    person=PERSONS,
    time=TEXT,
    sender=TEXT,
    receiver=TEXT,
    wrapper=st.builds(Wrapper, interactionId=TEXT, trigger=TEXT, processingCode=TEXT, acceptAckCode=TEXT),
)


@given(FEEDS)
def test_what_was_written_is_read_again(feed: PatientFeed) -> None:
    assert read_prpa(parse(write_prpa(feed))) == feed
    assert faults(write_prpa(feed), "ours") == []


@given(
    st.builds(
        Acknowledgement,
        code=TEXT,
        target=IDS,
        texts=st.lists(TEXT.filter(bool), max_size=2).map(tuple),
        id=IDS,
        time=TEXT,
    )
)
def test_an_acknowledgement_is_read_again(answer: Acknowledgement) -> None:
    assert read_mcci(parse(write_mcci(answer))) == answer
    assert faults(write_mcci(answer), "ours") == []


def test_what_is_missing_is_empty() -> None:
    feed = read_prpa(parse(b'<PRPA_IN201304UV02 xmlns="urn:hl7-org:v3"/>'))
    assert (feed.event, feed.id, feed.patientIds, feed.subsumedIds) == (Event.MERGE, Ii(""), (), ())
    assert feed.wrapper == Wrapper(
        interactionId="",
        trigger="",
        processingCode="",
        processingModeCode="",
        acceptAckCode="",
        receivers=0,
        registrations=0,
    )
    assert read_mcci(parse(b'<MCCI_IN000002UV01 xmlns="urn:hl7-org:v3"/>')).code == ""


def test_a_message_of_hl7_v2_is_not_written() -> None:
    with pytest.raises(ValueError, match="no wrapper"):
        write_prpa(added("P1"))
    assert b"PRPA_TE201304UV02" in write_prpa(in_v3(merged("P2", "P1")))


def test_receivers_and_events_are_counted() -> None:
    feed = in_v3(added("P1"))
    assert feed.wrapper is not None
    wrapper = replace(feed.wrapper, receivers=2, registrations=0)
    found = read_prpa(parse(write_prpa(replace(feed, wrapper=wrapper))))
    assert (found.wrapper, found.patientIds) == (wrapper, ())
