"""`patient`: a Patient Identity Source tells a registry of patients and merges, by ITI-44 or ITI-8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, model_validator

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.actors.identity_source import PatientIdentitySource, as_adt, as_call
from xdsi_sim.errors import UsageError
from xdsi_sim.ids import new_mark
from xdsi_sim.messages.patient_feed import PatientFeed, patient_id
from xdsi_sim.scenario.kind import RegistryId, StepKind
from xdsi_sim.scenario.people import read_id, read_person
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, answered, details_of, listed, plural
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.vocab import SUCCESS

if TYPE_CHECKING:
    from xdsi_sim.client.answers import Reply

__all__ = ["PATIENT"]

_SENDER: Final = "identity-source"
"""Who plays the source: no actor of the topology."""


class Merge(Checked):
    """Two ids of one patient."""

    survivor: str
    subsumed: str
    """The id that is not used any more."""


class PatientStep(Checked):
    """Whom to tell of whom; ids are CX (`P1^^^&2.999.1.2&ISO`), or bare ids of the community's authority."""

    registry: RegistryId
    add: str | tuple[str, ...] | None = None
    """Patients to announce, one message each."""
    new: Annotated[int, Field(ge=1)] | None = None
    """So many patients who were never there, announced as well; of a registry that somebody else plays, those
    that its peer names, or patients that it takes without being told."""
    merge: Merge | None = None
    name: str | None = None
    """`FAMILY^GIVEN` of the patient."""
    birthDate: str | None = None
    """`1963-08-04`, or as DTM."""
    gender: str | None = None
    """`M`, `F` or `UN`."""
    mothersMaidenName: str | None = None
    otherIds: str | tuple[str, ...] = ()
    """CX of the patient in other domains."""
    by: Literal["iti-44", "iti-8"] | None = None
    """Without, ITI-44; to a registry that somebody else plays ITI-8, if its peer has `mllp`."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> PatientStep:
        if sum(each is not None for each in (self.add, self.new, self.merge)) != 1:
            raise wrong("a patient is either added or merged.", hint="It takes one of: add, new, merge.")
        return self


def play(step: PatientStep, stage: Stage) -> Outcome:
    """Send one message a patient, or one for the merge, and read the acknowledgements."""
    if step.new is not None:
        peer = stage.running.topology.played_by(step.registry)
        if peer is not None and peer.patients != "announce":
            return _untold(step, stage, known=not isinstance(peer.patients, str))
        step = step.model_copy(update={"add": tuple(_a_new_id() for _ in range(step.new))})
    by = _way(step, stage)
    feeds = tuple(_feeds(step, stage))
    replies = [_SEND[by](step, stage, feed) for feed in feeds]
    ids = [patient_id(id, id.root) for feed in feeds for id in feed.patientIds]
    return Outcome(
        text=_text(step, ids, replies),
        value={
            "patientIds": tuple(ids),
            "acknowledgements": tuple(
                reply.answer for reply in replies if not isinstance(reply.answer, NoAnswer)
            ),
        },
        count=len(feeds),
        answers=tuple(answered(reply, receiver=step.registry, transaction=by.upper()) for reply in replies),
        checks=tuple(_check(feed, reply) for feed, reply in zip(feeds, replies, strict=True)),
        details=details_of({"Patients": listed(ids), "Merged": step.merge.subsumed if step.merge else ""}),
    )


def _a_new_id() -> str:
    return f"T{new_mark()[:12].upper()}"


def _untold(step: PatientStep, stage: Stage, *, known: bool) -> Outcome:
    """Patients of whom the registry needs not be told."""
    authority = stage.running.topology.find(step.registry).community.patientAuthority
    ids = []
    for _ in range(step.new or 0):
        text = stage.running.roster.take(step.registry) if known else _a_new_id()
        if text is None:
            raise UsageError(f"no patient is left of those that the peer of {step.registry} names.")
        id = read_id(text, authority)
        ids.append(patient_id(id, id.root))
    text = plural(len(ids), "patient") + (" that it knows" if known else " of whom nobody tells it")
    value = {"patientIds": tuple(ids), "acknowledgements": ()}
    return Outcome(text=text, value=value, count=0, details=details_of({"Patients": listed(ids)}))


def _way(step: PatientStep, stage: Stage) -> Literal["iti-44", "iti-8"]:
    peer = stage.running.topology.played_by(step.registry)
    return step.by or ("iti-44" if peer is None or peer.mllp is None else "iti-8")


def _check(feed: PatientFeed, reply: Reply) -> Check:
    """Whether an acknowledgement in HL7 v3 is of our message; in HL7 v2 any other is no answer at all."""
    answer = reply.answer
    target = feed.id.root if isinstance(answer, NoAnswer) or answer.code[:1] == "A" else answer.target.root
    return Check(
        text="the acknowledgement names the message",
        ok=target == feed.id.root,
        expected=feed.id.root,
        observed=target,
        cites="ITI TF-2: 3.44",
    )


def _text(step: PatientStep, ids: list[str], replies: list[Reply]) -> str:
    accepted = sum(
        not isinstance(reply.answer, NoAnswer) and reply.answer.status == SUCCESS for reply in replies
    )
    if not accepted:
        return "not accepted"
    return f"{plural(accepted, 'patient')} announced" if step.merge is None else f"merged into {ids[0]}"


def _feeds(step: PatientStep, stage: Stage) -> Iterator[PatientFeed]:
    authority = stage.running.topology.find(step.registry).community.patientAuthority
    source = PatientIdentitySource(receiver=authority, clock=stage.now)
    person = read_person(step.name, step.birthDate, step.gender, step.mothersMaidenName)
    others = tuple(read_id(text, None) for text in _listed(step.otherIds))
    if step.merge is not None:
        survivor, subsumed = (read_id(text, authority) for text in (step.merge.survivor, step.merge.subsumed))
        yield source.merge(survivor, subsumed, person)
    for text in _listed(step.add):
        yield source.announce(read_id(text, authority), person=person, others=others)


def _listed(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value or ()


def _by_iti_44(step: PatientStep, stage: Stage, feed: PatientFeed) -> Reply:
    call = as_call(feed, stage.running.url_of(step.registry))
    return stage.call(
        sender=_SENDER, receiver=step.registry, transaction=call.transaction, message=call.message
    )


def _by_iti_8(step: PatientStep, stage: Stage, feed: PatientFeed) -> Reply:
    listen = stage.running.mllp_of(step.registry)
    if listen is None:
        raise StepFailed(
            f"{step.registry} takes no feed by ITI-8: its topology has no 'feed: {{mllp: PORT}}', "
            "or this is a session, which has paths alone"
        )
    client = stage.running.client
    return client.send_mllp(listen, as_adt(feed), sender=_SENDER, conversation=stage.conversation)


_SEND: Final = {"iti-44": _by_iti_44, "iti-8": _by_iti_8}

PATIENT: Final = StepKind(key="patient", parameters=PatientStep, play=play, counts="messages", answers=True)
