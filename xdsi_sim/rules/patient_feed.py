"""What must hold of a message of the patient identity feed, in itself and against what the registry knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from xdsi_sim.ebrim.datatypes import OID, Cx
from xdsi_sim.messages.patient_feed import Event, Ii, PatientFeed, patient_id
from xdsi_sim.messages.prpa import INTERACTIONS
from xdsi_sim.rules.registry import Verdict, Violation, judge, rule, rules

__all__ = ["FEED_RULES", "FedMessage", "check_feed"]

_LONGEST: Final = 256  # of an ExternalIdentifier's value (ebRIM 3.0)
_SHOWN: Final = 3  # authorities, so that an answer stays shorter than its question


@dataclass(frozen=True, slots=True, kw_only=True)
class FedMessage:
    """A message of the feed as the registry of an affinity domain sees it."""

    feed: PatientFeed
    authority: str | None
    """OID of the affinity domain's assigning authority; None where any will do."""
    patients: Mapping[str, str] = field(default_factory=dict)
    """Each of the message's patient ids that the registry knows, with the id that survives: mostly itself."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The patient's ids in the affinity domain, as metadata has them."""
        return _of_the_domain(self.feed.patientIds, self.authority)

    @property
    def others(self) -> tuple[str, ...]:
        """The patient's ids in domains that the message names."""
        feed = self.feed
        named = (id for id in (*feed.patientIds, *feed.otherIds) if OID.fullmatch(id.root) and id.extension)
        told = dict.fromkeys(patient_id(id, id.root) for id in named)
        return tuple(id for id in told if id not in self.ids and _can_be_kept(id))

    @property
    def subsumed(self) -> tuple[str, ...]:
        """The ids that end with a merge, the same way."""
        return _of_the_domain(self.feed.subsumedIds, self.authority)

    @property
    def pair(self) -> tuple[str, str] | None:
        """Survivor and subsumed id of a merge; None where K07 has it."""
        if len(self.ids) != 1 or len(self.subsumed) != 1:
            return None
        return self.ids[0], self.subsumed[0]


def _of_the_domain(ids: tuple[Ii, ...], authority: str | None) -> tuple[str, ...]:
    """The ids of the authority, each once; where none names it, those that name no OID are its own.

    Missing OIDs are filled in by ITI TF-2: 3.8.4.1.4. Beside an id that names the authority, one without
    can only be of another domain.
    """
    named = [id for id in ids if id.root and authority in (None, id.root)]
    bare = [id for id in ids if not id.root and authority is not None]
    found = (patient_id(id, id.root or authority or "") for id in named or bare if id.extension)
    return tuple(dict.fromkeys(found))


# --- the message in itself -------------------------------------------------------------------


@rule("K02", cites="ITI TF-2: 3.8.4.1.4", code=None)
def patient_has_an_id_of_the_domain(message: FedMessage) -> Iterator[Violation]:
    """A patient that is announced has an id of the affinity domain's assigning authority."""
    if not message.ids:
        yield Violation(
            f"no patient id is of the affinity domain{_of_whom(message)}; "
            f"found ids of: {_issuers(message.feed.patientIds)}"
        )


@rule("K06", cites="ITI TF-2: 3.44.4.1.2", code=None)
def wrapper_is_that_of_the_interaction(message: FedMessage) -> Iterator[Violation]:
    """In HL7 v3, interactionId, trigger, processing codes, acceptAckCode and devices fit the interaction."""
    wrapper = message.feed.wrapper
    if wrapper is None:
        return
    interaction, trigger = INTERACTIONS[message.feed.event]
    for name, found, allowed in (
        ("interactionId", wrapper.interactionId, (interaction,)),
        ("the code of controlActProcess", wrapper.trigger, (trigger,)),
        ("processingCode", wrapper.processingCode, ("P", "T", "D")),
        ("processingModeCode", wrapper.processingModeCode, ("T",)),
        ("acceptAckCode", wrapper.acceptAckCode, ("AL",)),
        ("the number of receivers", str(wrapper.receivers), ("1",)),
        ("the number of registrationEvents", str(wrapper.registrations), ("1",)),
    ):
        if found not in allowed:
            yield Violation(f"{name} is {found!r}, not {' or '.join(allowed)}")
    for name, device in (("sender", message.feed.sender), ("receiver", message.feed.receiver)):
        if not device and (name == "sender" or wrapper.receivers):
            yield Violation(f"the {name} has no device id")
    if not message.feed.id.root:
        yield Violation("the message has no id")


@rule("K07", cites="ITI TF-2: 3.44.4.2.4", code=None)
def merge_is_within_the_domain(message: FedMessage) -> Iterator[Violation]:
    """A merge has one surviving and one subsumed id, both of the affinity domain's assigning authority."""
    for what, ids, given in (
        ("surviving", message.ids, message.feed.patientIds),
        ("subsumed", message.subsumed, message.feed.subsumedIds),
    ):
        if len(ids) != 1:
            yield Violation(
                f"one {what} id of the affinity domain{_of_whom(message)} is expected, there are {len(ids)}; "
                f"found ids of: {_issuers(given)}"
            )


def _of_whom(message: FedMessage) -> str:
    """The authority of the domain, where it has one, for people."""
    return f" {message.authority}" if message.authority else ""


def _issuers(given: tuple[Ii, ...]) -> str:
    """Whose ids there are instead."""
    named = [*dict.fromkeys(map(_issuer, given))]
    return ", ".join(named[:_SHOWN]) or "none at all"


def _issuer(id: Ii) -> str:
    return (id.root[:_LONGEST] or "nobody named") + ("" if id.extension else " (extension missing)")


@rule("K08", cites="ITI TF-2: 3.44.4.2.4", code=None)
def merged_ids_differ(message: FedMessage) -> Iterator[Violation]:
    """The surviving id of a merge is not the subsumed one."""
    if message.pair is not None and message.pair[0] == message.pair[1]:
        yield Violation("the surviving and the subsumed id are the same", value=message.pair[0])


@rule("K14", code=None, ground="choice")
def id_can_stand_in_metadata(message: FedMessage) -> Iterator[Violation]:
    """A patient id of the domain can be a patientId: of the form of a CX, at most 256 characters."""
    for id in (*message.ids, *message.subsumed):
        if not _can_be_kept(id):
            yield Violation(f"the id is no CX of {_LONGEST} characters at most", value=id)


def _can_be_kept(id: str) -> bool:
    return len(id) <= _LONGEST and _is_cx(id)


def _is_cx(id: str) -> bool:
    try:
        Cx.parse(id)
    except ValueError:
        return False
    return id.isprintable()


# --- against what the registry knows ---------------------------------------------------------


@rule("K09", cites="ITI TF-2: 3.44.4.2.4", code=None)
def merge_is_of_ids_in_use(message: FedMessage) -> Iterator[Violation]:
    """Neither id of a merge was subsumed before."""
    for what, id in zip(("surviving", "subsumed"), message.pair or (), strict=False):
        into = message.patients.get(id, id)
        if into != id:
            yield Violation(f"the {what} id was merged into {into} before", value=id)


@rule("K10", cites="ITI TF-2: 3.44.4.2.4", code=None)
def subsumed_id_is_known(message: FedMessage) -> Iterator[Violation]:
    """The subsumed id of a merge was announced, or has metadata."""
    if message.pair is not None and message.pair[1] not in message.patients:
        yield Violation("the subsumed id is not known", value=message.pair[1])


@rule("K13", code=None, ground="choice")
def announced_id_is_not_subsumed(message: FedMessage) -> Iterator[Violation]:
    """An id that was subsumed by a merge is not announced again: a merge is not reversible."""
    for id in message.ids:
        into = message.patients.get(id, id)
        if into != id:
            yield Violation(f"the id was merged into {into}, and a merge is not reversible", value=id)


_ANNOUNCING: Final = rules("K06", "K02", "K14", "K13")
FEED_RULES: Final = {
    Event.ADD: _ANNOUNCING,
    Event.REVISE: _ANNOUNCING,
    Event.MERGE: rules("K06", "K07", "K08", "K14", "K09", "K10"),
    Event.IGNORED: (),
}
"""What must hold of which event."""


def check_feed(message: FedMessage) -> Verdict:
    """All that is wrong with a message; a registry changes nothing unless it is accepted (rule K11)."""
    return judge([(message, FEED_RULES[message.feed.event])])
