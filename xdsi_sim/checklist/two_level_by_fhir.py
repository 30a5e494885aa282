"""Filtering by two levels over FHIR: the same criteria as a search of references (ITI MHD: 3.67; RAD MADO).

What MHD has no parameter for, or one that means more (a period overlaps, an id is of any type), is chosen by
among what has been found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from xdsi_sim.checklist.two_level import Criteria
from xdsi_sim.ebrim.datatypes import Cx, pad_dtm
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.models import FORMS
from xdsi_sim.fhir.times import date_time
from xdsi_sim.scenario.fhir import found_in, pages_from, read_object
from xdsi_sim.scenario.stage import Answered, StepFailed

if TYPE_CHECKING:
    from xdsi_sim.client.dicomweb import HttpReply

__all__ = ["ACCEPT", "Searched", "search", "search_of"]

ACCEPT: Final = FORMS["json"]
_RECEIVER: Final = "fhir"
_SYSTEMS: Final = Systems()


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a FHIR face has said."""

    answers: tuple[Answered, ...]
    """How each page was answered."""
    entries: tuple[DocumentEntry, ...]
    """What matches, as metadata."""


def search_of(criteria: Criteria) -> tuple[tuple[str, str], ...]:
    """The parameters of the search: one of several values has to fit, and every parameter."""
    return tuple((name, value) for name, value in _parameters(criteria) if value)


def _parameters(criteria: Criteria) -> Iterator[tuple[str, str]]:
    yield "patient.identifier", _identifier(criteria.patientId)
    yield "status", "current"
    yield "modality", _any(map(_token, criteria.modalities))
    yield "anatomical-region", _any(map(_token, criteria.regions))
    yield "setting", _any(map(_token, criteria.settings))
    yield "period", f"ge{date_time(criteria.since)}" if criteria.since else ""
    yield "period", f"lt{date_time(criteria.until)}" if criteria.until else ""
    yield "study-instance-uid", _any(f"urn:oid:{uid}" for uid in criteria.studies)
    for name, texts in (("accession-number", criteria.accessions), ("related", criteria.orders)):
        if all("^^^" in text for text in texts):
            yield name, _any(map(_identifier, texts))


def _any(values: Iterator[str]) -> str:
    return ",".join(value.replace(",", "\\,") for value in values)


def _token(coded: str) -> str:
    code, _, scheme = coded.partition("^^")
    return f"{_SYSTEMS.uri(scheme)}|{code}"


def _identifier(text: str) -> str:
    id = Cx.parse(text)
    return f"urn:oid:{id.authority}|{id.id}"


def search(criteria: Criteria, base: str, get: Callable[[str], HttpReply]) -> Searched:
    """Search at the FHIR face `base`, and follow all pages.

    Raises StepFailed where what came is no bundle, or nothing that metadata can say, or where another host is
    to have the next page.
    """
    root = base.rstrip("/")
    first = get(f"{root}/DocumentReference?{urlencode(search_of(criteria))}")
    bundles, answers = pages_from(first, get, base=root, receiver=_RECEIVER, transaction="ITI-67")
    for answer, bundle in zip(answers, bundles, strict=True):
        if answer.status == "Success" and bundle.get("resourceType") != "Bundle":
            raise StepFailed(f"what {root} answers is no Bundle of FHIR")
    authority = Cx.parse(criteria.patientId).authority
    read = (read_object(resource, authority, _SYSTEMS) for resource in found_in(bundles))
    entries = (each for each in read if isinstance(each, DocumentEntry))
    return Searched(
        answers=tuple(answers), entries=tuple(each for each in entries if _in_time(each, criteria))
    )


def _in_time(entry: DocumentEntry, criteria: Criteria) -> bool:
    """Whether it began when a stored query would have found it."""
    since, until = criteria.since, criteria.until
    if since is None and until is None:
        return True
    if not entry.serviceStartTime:
        return False
    began = pad_dtm(entry.serviceStartTime)
    return (since is None or began >= pad_dtm(since)) and (until is None or began < pad_dtm(until))
