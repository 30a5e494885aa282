from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from feeds import OTHER, added, merged, patient
from rule_examples import in_module

from xdsi_sim.messages.patient_feed import Event, Ii, PatientFeed
from xdsi_sim.messages.prpa import in_v3
from xdsi_sim.rules.patient_feed import FedMessage, check_feed

AUTHORITY = "2.999.1.1"
ONE = f"one %s id of the affinity domain {AUTHORITY} is expected"
KNOWN = {patient(id): patient(id) for id in ("P1", "P2")} | {patient("GONE"): patient("P1")}


def broken(feed: PatientFeed, authority: str | None = AUTHORITY) -> list[str]:
    message = FedMessage(feed=feed, authority=authority, patients=KNOWN)
    return [finding.rule for finding in check_feed(message).findings]


def wrapped(**changes: object) -> PatientFeed:
    feed = in_v3(added("P1"))
    assert feed.wrapper is not None
    return replace(feed, wrapper=replace(feed.wrapper, **changes))  # type: ignore[arg-type]


def merging(**changes: tuple[Ii, ...]) -> PatientFeed:
    return replace(merged("P2", "P1"), **changes)  # type: ignore[arg-type]


EXAMPLES: list[tuple[str, Callable[[], PatientFeed], list[str]]] = [
    ("a new patient", lambda: added("P9"), []),
    ("a patient again", lambda: added("P1"), []),
    ("in HL7 v3", lambda: in_v3(added("P1")), []),
    ("a merge", lambda: merged("P2", "P1"), []),
    ("a merge into a new one", lambda: merged("P2", "P9"), []),
    ("another domain", lambda: added("P1", authority=OTHER), ["K02"]),
    ("no id", added, ["K02"]),
    ("an update without any id", lambda: replace(added(), event=Event.IGNORED), []),
    ("another interaction", lambda: wrapped(interactionId="PRPA_IN201302UV02"), ["K06"]),
    ("another trigger", lambda: wrapped(trigger="PRPA_TE201302UV02"), ["K06"]),
    ("an odd processing code", lambda: wrapped(processingCode="X"), ["K06"]),
    ("an odd processing mode", lambda: wrapped(processingModeCode="R"), ["K06"]),
    ("no accept acknowledgement", lambda: wrapped(acceptAckCode="NE"), ["K06"]),
    ("two receivers", lambda: wrapped(receivers=2), ["K06"]),
    ("two events", lambda: wrapped(registrations=2), ["K06"]),
    ("no device of the sender", lambda: replace(in_v3(added("P1")), sender=""), ["K06"]),
    ("no device of the receiver", lambda: replace(in_v3(added("P1")), receiver=""), ["K06"]),
    ("no receiver", lambda: replace(wrapped(receivers=0), receiver=""), ["K06"]),
    ("no message id", lambda: replace(in_v3(added("P1")), id=Ii("")), ["K06"]),
    (
        "a survivor of another domain",
        lambda: merging(patientIds=(Ii(OTHER, "P1"),)),
        ["K07"],
    ),
    (
        "a subsumed one of another domain",
        lambda: merging(subsumedIds=(Ii(OTHER, "P2"),)),
        ["K07"],
    ),
    ("nobody subsumed", lambda: merging(subsumedIds=()), ["K07"]),
    ("two subsumed", lambda: merging(subsumedIds=(Ii("", "P2"), Ii("", "P3"))), ["K07"]),
    ("itself", lambda: merged("P1", "P1"), ["K08"]),
    ("a subsumed one again", lambda: merged("GONE", "P2"), ["K09"]),
    ("into a subsumed one", lambda: merged("P2", "GONE"), ["K09"]),
    ("an unknown one", lambda: merged("P9", "P1"), ["K10"]),
    ("a subsumed one announced", lambda: added("GONE"), ["K13"]),
    ("a long id", lambda: added("x" * 250), ["K14"]),
    ("an id with a control character", lambda: added("a\x07"), ["K14"]),
]


@pytest.mark.parametrize(("feed", "rules"), [pytest.param(*case[1:], id=case[0]) for case in EXAMPLES])
def test_rule(feed: Callable[[], PatientFeed], rules: list[str]) -> None:
    assert broken(feed()) == rules


def test_every_rule_of_a_feed_has_an_example_that_breaks_it() -> None:
    assert {rule for _, _, rules in EXAMPLES for rule in rules} == set(in_module("patient_feed"))


@pytest.mark.parametrize(
    ("ids", "authority", "expected"),
    [
        ([("", "P1")], AUTHORITY, [patient("P1")]),
        ([("", "X"), (AUTHORITY, "P1")], AUTHORITY, [patient("P1")]),
        ([(OTHER, "X"), ("", "P1")], AUTHORITY, [patient("P1")]),
        ([(AUTHORITY, "P1"), (AUTHORITY, "P1")], AUTHORITY, [patient("P1")]),
        ([(AUTHORITY, "P1"), (AUTHORITY, "P2")], AUTHORITY, [patient("P1"), patient("P2")]),
        ([(OTHER, "X"), (AUTHORITY, "P1")], None, [patient("X", OTHER), patient("P1")]),
        ([("", "P1")], None, []),
    ],
)
def test_ids_of_the_domain_are_kept_and_missing_oids_filled_in(
    ids: list[tuple[str, str]], authority: str | None, expected: list[str]
) -> None:
    feed = replace(added(), patientIds=tuple(Ii(*id) for id in ids))
    assert list(FedMessage(feed=feed, authority=authority).ids) == expected


@pytest.mark.parametrize(
    ("feed", "authority", "text", "value"),
    [
        (
            merging(subsumedIds=(Ii("", "P2"), Ii("", "P3"))),
            AUTHORITY,
            f"{ONE % 'subsumed'}, there are 2; found ids of: nobody named",
            None,
        ),
        (
            merging(patientIds=(Ii(OTHER, "P1"), Ii("2.999.7"))),
            AUTHORITY,
            f"{ONE % 'surviving'}, there are 0; found ids of: {OTHER}, 2.999.7 (extension missing)",
            None,
        ),
        (
            merging(subsumedIds=()),
            None,
            "one subsumed id of the affinity domain is expected, there are 0; found ids of: none at all",
            None,
        ),
        (
            added("P1", authority=OTHER),
            AUTHORITY,
            f"no patient id is of the affinity domain {AUTHORITY}; found ids of: {OTHER}",
            None,
        ),
        (merged("P1", "P1"), AUTHORITY, "the surviving and the subsumed id are the same", patient("P1")),
        (
            merged("GONE", "P2"),
            AUTHORITY,
            f"the subsumed id was merged into {patient('P1')} before",
            patient("GONE"),
        ),
        (
            merged("P2", "GONE"),
            AUTHORITY,
            f"the surviving id was merged into {patient('P1')} before",
            patient("GONE"),
        ),
        (merged("P9", "P1"), AUTHORITY, "the subsumed id is not known", patient("P9")),
        (
            added("GONE"),
            AUTHORITY,
            f"the id was merged into {patient('P1')}, and a merge is not reversible",
            patient("GONE"),
        ),
        (wrapped(processingModeCode="R"), AUTHORITY, "processingModeCode is 'R', not T", None),
        (wrapped(processingCode="X"), AUTHORITY, "processingCode is 'X', not P or T or D", None),
        (replace(in_v3(added("P1")), sender=""), AUTHORITY, "the sender has no device id", None),
        (replace(in_v3(added("P1")), receiver=""), AUTHORITY, "the receiver has no device id", None),
        (replace(in_v3(added("P1")), id=Ii("")), AUTHORITY, "the message has no id", None),
        (wrapped(receivers=2), AUTHORITY, "the number of receivers is '2', not 1", None),
    ],
)
def test_what_is_wrong_is_said_with_the_id_that_it_is_about(
    feed: PatientFeed, authority: str | None, text: str, value: str | None
) -> None:
    message = FedMessage(feed=feed, authority=authority, patients=KNOWN)
    (finding,) = check_feed(message).findings
    shown = "" if value is None else f": {value!r}"
    assert finding.text == f"{text}{shown}"


@pytest.mark.parametrize("changes", ["patientIds", "subsumedIds"])
def test_an_id_of_the_domain_without_extension_is_told_so(changes: str) -> None:
    for feed in (replace(added(), patientIds=(Ii(AUTHORITY),)), merging(**{changes: (Ii(AUTHORITY),)})):
        message = FedMessage(feed=feed, authority=AUTHORITY, patients=KNOWN)
        (finding,) = check_feed(message).findings
        assert finding.text.endswith(f"found ids of: {AUTHORITY} (extension missing)")
