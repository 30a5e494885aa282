"""`register-on-demand`: an On-Demand source offers the imaging summary of patients (ITI TF-2: 3.61)."""

from __future__ import annotations

from typing import Any, Final

from xdsi_sim.actors.flow import Answer, Call, run
from xdsi_sim.actors.on_demand_source import Registration
from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.kind import OnDemandSourceId, StepKind
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, answered, details_of, listed, plural
from xdsi_sim.topology.checked import Checked

__all__ = ["REGISTER_ON_DEMAND"]


class RegisterOnDemand(Checked):
    """Who offers the summaries of whom."""

    source: OnDemandSourceId
    patients: Any
    """Patient ids, one or several: CX, or bare ids of the community's authority."""


def play(step: RegisterOnDemand, stage: Stage) -> Outcome:
    """Register one On-Demand entry a patient; it replaces what the source has offered of the patient."""
    patients = (step.patients,) if isinstance(step.patients, str) else tuple(step.patients)
    outcomes = [_register(step.source, stage, patient) for patient in patients]
    entries = tuple(registration.entry for registration, _ in outcomes)
    return Outcome(
        text=f"{plural(len(entries), 'document')} offered on demand",
        value={"entries": entries},
        count=len(entries),
        answers=tuple(answer for _, answer in outcomes),
        details=details_of({"Patients": listed([entry.patientId or "" for entry in entries])}),
    )


def _register(source_id: str, stage: Stage, patient: str) -> tuple[Registration, Answered]:
    """What was offered, and the answer that decided: the source asks the registry before it registers."""
    registry = stage.running.topology.find(source_id).community.registry
    answers: list[Answered] = []

    def send(call: Call) -> Answer:
        """Send for the source, and note how it was answered."""
        reply = stage.send(call, sender=source_id)
        answers.append(
            answered(
                reply, receiver=registry.id if registry is not None else "", transaction=call.transaction
            )
        )
        return reply.answer

    source = stage.running.on_demand_source(source_id)
    try:
        patientId = source.patientId(patient)
    except ValueError as error:
        raise UsageError(f"{patient!r} is no patient id: {error}.") from None
    return run(source.register(patientId), send), answers[-1]


REGISTER_ON_DEMAND: Final = StepKind(
    key="register-on-demand", parameters=RegisterOnDemand, play=play, counts="documents", answers=True
)
