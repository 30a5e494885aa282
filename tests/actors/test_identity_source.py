from __future__ import annotations

from datetime import UTC, datetime

from xdsi_sim.actors.identity_source import PatientIdentitySource, as_adt, as_call
from xdsi_sim.messages.adt import read_adt
from xdsi_sim.messages.patient_feed import Event, Ii

SOURCE = PatientIdentitySource(
    receiver="2.999.9",
    clock=lambda: datetime(2024, 2, 12, 8, 30, tzinfo=UTC),
    new_id=lambda: "urn:uuid:00000000-0000-4000-8000-000000000001",
)
P1, P2 = Ii("2.999.1", "P1"), Ii("2.999.1", "P2")


def test_what_happened_is_a_message() -> None:
    feed = SOURCE.announce(P1)
    assert (feed.event, feed.patientIds, feed.time) == (Event.ADD, (P1,), "20240212083000")
    assert (feed.id, feed.receiver) == (Ii("00000000-0000-4000-8000-000000000001"), "2.999.9")
    merged = SOURCE.merge(P1, P2)
    assert (merged.event, merged.patientIds, merged.subsumedIds) == (Event.MERGE, (P1,), (P2,))


def test_it_is_said_in_either_dialect() -> None:
    call = as_call(SOURCE.merge(P1, P2), "http://x")
    assert (call.url, call.transaction) == ("http://x", "ITI-44 merge")
    assert call.message.wrapper is not None
    for feed in (SOURCE.announce(P1), SOURCE.merge(P1, P2)):
        found = read_adt(as_adt(feed))
        assert (found.event, found.patientIds, found.subsumedIds) == (
            feed.event,
            feed.patientIds,
            feed.subsumedIds,
        )
