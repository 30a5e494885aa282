"""`discover-patient`: a gateway asks another community whether it knows a patient (ITI TF-2: 3.55)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import model_validator

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.actors.patient_seeker import PatientSeeker
from xdsi_sim.messages.discovery import DiscoveryResponse, Match
from xdsi_sim.messages.patient_feed import patient_id
from xdsi_sim.scenario.kind import ActorOf, StepKind
from xdsi_sim.scenario.people import facts_of_person, read_id, read_person
from xdsi_sim.scenario.stage import Outcome, Stage, answered, details_of, listed, plural
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.model import InitiatingGateway, RespondingGateway

__all__ = ["DISCOVER_PATIENT", "facts_of"]


class DiscoverPatientStep(Checked):
    """Who asks whom for which patient; ids are CX, or bare ids of the asker's community."""

    gateway: Annotated[str, ActorOf(InitiatingGateway)]
    """Who asks."""
    responder: Annotated[str, ActorOf(RespondingGateway)]
    """Who is asked."""
    id: str | tuple[str, ...] = ()
    """Ids of the patient in any domain."""
    name: str | None = None
    """`FAMILY^GIVEN`."""
    birthDate: str | None = None
    """`1963-08-04`, or as DTM."""
    gender: str | None = None
    """`M`, `F` or `UN`."""
    mothersMaidenName: str | None = None
    least: int | None = None
    """Degree of match, in percent, below which nobody is wanted."""

    @model_validator(mode="after")
    def _asks_for_somebody(self) -> DiscoverPatientStep:
        if not (self.id or self.name or self.birthDate):
            raise wrong("nobody is asked for.", hint="It takes id, or name and birthDate.")
        return self


def play(step: DiscoverPatientStep, stage: Stage) -> Outcome:
    """Ask, and read who was found."""
    topology = stage.running.topology
    asker, asked = (topology.find(id).community for id in (step.gateway, step.responder))
    seeker = PatientSeeker(community=asker.homeCommunityId, clock=stage.now)
    texts = (step.id,) if isinstance(step.id, str) else step.id
    query = seeker.ask(
        read_person(step.name, step.birthDate, step.gender, step.mothersMaidenName),
        tuple(read_id(text, asker.patientAuthority) for text in texts),
        receiver=asked.homeCommunityId,
        least=step.least,
    )
    call = Call(url=stage.running.url_of(step.responder), transaction="ITI-55", message=query)
    reply = stage.send(call, sender=step.gateway)
    facts = facts_of(None if isinstance(reply.answer, NoAnswer) else reply.answer)
    found = facts["matches"]
    answer = answered(reply, receiver=step.responder, transaction="ITI-55")
    return Outcome(
        text=f"{plural(len(found), 'patient')} found",
        value=facts | {"errors": answer.errors},
        count=len(found),
        answers=(answer,),
        details=details_of(
            {
                "Found": listed([match["patientId"] for match in found]),
                "Asked for": listed(list(facts["requested"])),
            }
        ),
    )


def facts_of(answer: DiscoveryResponse | None) -> dict[str, Any]:
    """What an answer says, in the words of scenarios; nothing where there is none."""
    if answer is None:
        return {"matches": (), "requested": (), "timeToLive": None}
    return {
        "matches": tuple(map(_fact, answer.matches)),
        "requested": answer.requested,
        "timeToLive": answer.timeToLive,
    }


def _fact(match: Match) -> dict[str, Any]:
    return {
        "patientId": patient_id(match.patientId, match.patientId.root),
        "homeCommunityId": match.homeCommunityId,
        **facts_of_person(match.person),
        "otherIds": tuple(patient_id(id, id.root) for id in match.otherIds),
        "degree": match.degree,
    }


DISCOVER_PATIENT: Final = StepKind(
    key="discover-patient", parameters=DiscoverPatientStep, play=play, counts="patients", answers=True
)
