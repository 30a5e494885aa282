"""The patients that registries know, and a feed that tells them of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.actors.identity_source import PatientIdentitySource, as_call
from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.announced import told_of
from xdsi_sim.inspector.web.asked import Answered, Asked
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.messages.patient_feed import PatientFeed
from xdsi_sim.scenario.people import read_id, read_person, said_of_person
from xdsi_sim.store.registry_patients import Patient, patients_in
from xdsi_sim.topology.model import Placed, Registry

__all__ = ["patients", "tell"]

_MOST: Final = 300
"""Patients that are shown of a registry."""
_LONGEST: Final = 200
_RECEIVER: Final = "2.999.0.2"
_SENDER: Final = "identity-source"
_CONVERSATION: Final = "patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    registry: str
    authority: str
    patients: tuple[tuple[Patient, str], ...]
    """Each with who it is."""
    count: int
    """Of all that fit, shown or not."""


def patients(inspected: Inspected, asked: Asked) -> Answered:
    """The page."""
    return _page(inspected, asked.query.get("text", "").strip()[:_LONGEST])


def tell(inspected: Inspected, asked: Asked) -> Answered:
    """Announce a patient to a registry, or merge one into another, by ITI-44; and tell what came of it."""
    form = {name: value.strip()[:_LONGEST] for name, value in asked.form.items()}
    try:
        placed = _registry(inspected, form.get("registry", ""))
        feed = _feed(form, placed.community.patientAuthority)
        url = inspected.running.url_of(placed.actor.id)
        sent = inspected.running.client.call(as_call(feed, url), sender=_SENDER, conversation=_CONVERSATION)
        return _page(inspected, "", told=told_of(feed, sent.answer))
    except UsageError as error:
        return _page(inspected, "", trouble=str(error), given=form)


def _page(
    inspected: Inspected, text: str, *, told: Any = None, trouble: str | None = None, given: Any = None
) -> Answered:
    names = ("registry", "id", "into", "name", "birthDate", "gender")
    return inspected.page(
        "patients.html.j2",
        status=400 if trouble else 200,
        known=[_known(inspected, placed, text) for placed in _registries(inspected)],
        text=text,
        told=told,
        trouble=trouble,
        given={name: (given or {}).get(name, "") for name in names},
        most=_MOST,
    )


def _registries(inspected: Inspected) -> Iterator[Placed]:
    """Those that are played here."""
    for placed in inspected.running.topology.actors():
        if isinstance(placed.actor, Registry) and placed.actor.id not in inspected.running.elsewhere:
            yield placed


def _registry(inspected: Inspected, id: str) -> Placed:
    found = next((placed for placed in _registries(inspected) if placed.actor.id == id), None)
    if found is None:
        raise UsageError(f"there is no registry '{id}' here.")
    return found


def _known(inspected: Inspected, placed: Placed, text: str) -> _Known:
    wanted = text.lower()
    everybody = patients_in(inspected.running.folder / placed.actor.id)
    named = ((one, said_of_person(one.person)) for one in everybody)
    found = [(one, who) for one, who in named if wanted in f"{one.patientId} {one.survivor} {who}".lower()]
    return _Known(
        registry=placed.actor.id,
        authority=placed.community.patientAuthority,
        patients=tuple(found[:_MOST]),
        count=len(found),
    )


def _feed(form: dict[str, str], authority: str) -> PatientFeed:
    """The message that a form asks for; raises UsageError."""
    source = PatientIdentitySource(receiver=_RECEIVER)
    person = read_person(form.get("name"), form.get("birthDate"), form.get("gender"))
    id = read_id(form.get("id", ""), authority)
    if into := form.get("into"):
        return source.merge(read_id(into, authority), id, person)
    return source.announce(id, person=person)
