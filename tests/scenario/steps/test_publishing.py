from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import LOADED, between_two, run
from pydantic import ValidationError
from submissions import a_submission

from xdsi_sim.ebrim.limited import is_limited
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.steps.publishing import Sending, publisher_of
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Source


def test_a_source_publishes_under_its_own_oid_for_its_community() -> None:
    placed = load_topology(find_topology("central")).find("pacs-north")
    assert isinstance(placed.actor, Source)
    publisher = publisher_of(placed, placed.actor)
    assert (publisher.sourceId, publisher.patient_authority) == (
        placed.actor.oid,
        placed.community.patientAuthority,
    )


def test_a_submission_names_those_for_whom_it_is() -> None:
    sending = Sending(source="pacs", intendedRecipient=("Clinic", "|^Roth"))
    sent = sending.addressed(a_submission().objects)
    assert sent.submissionSets[0].intendedRecipient == ("Clinic", "|^Roth")
    assert sent.documentEntries == a_submission().objects.documentEntries


def test_a_source_may_say_no_more_than_it_must() -> None:
    sending = Sending(source="pacs", intendedRecipient=("Clinic",), limitedMetadata=True)
    sent = sending.addressed(a_submission().objects)
    assert is_limited(sent)
    assert sent.submissionSets[0].intendedRecipient == ("Clinic",)
    assert (sent.documentEntries[0].classCode, sent.documentEntries[0].patientId) == (None, None)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"through": "ig"}, "through and home belong together"),
        ({"home": "urn:oid:2.999.1"}, "through and home belong together"),
        (
            {"through": "ig", "home": "urn:oid:2.999.1", "to": "ward"},
            "to a recipient or through a gateway",
        ),
    ],
)
def test_what_goes_through_a_gateway_has_a_community(keys: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Sending.model_validate({"source": "pacs", **keys})


SEND = "  - {name: send, publish: {source: pacs-north, to: %s, anew: true}, expect: {status: Success, errors: %s}}\n"


def test_what_is_sent_again_replaces_what_went_to_the_same_recipient(tmp_path: Path) -> None:
    record = between_two(
        tmp_path,
        SEND % ("practice", "[DocumentQueued]"),
        SEND % ("board", "[]"),
        SEND % ("board", "[PartialReplaceContentNotProcessed]"),
        SEND % ("clinic", "[]"),
    )
    assert record.verdict is Verdict.PASS, record.steps


def test_a_repository_takes_no_limited_metadata(tmp_path: Path) -> None:
    steps = LOADED + "  - {name: p, publish: {source: pacs-north, limitedMetadata: true}}\n"
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.FAIL
    assert "limitedMetadata is not allowed here" in str(record.steps[-1].checks)
