"""Saved resources of FHIR, judged as a FHIR face and the repository behind it judge them (ITI MHD: 3.65).

A bundle of ITI-65, or a DocumentReference with its document in itself (ITI-105), is held against the models
of FHIR, its profile, and, as the submission that it becomes, the rules of ITI-41. Of any other resource only
the model is looked at, of a DocumentReference also what it has to have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from xdsi_sim.clock import now
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.elements import element_of
from xdsi_sim.fhir.models import FORMS, Form, read_resource
from xdsi_sim.fhir.outcome import Issue, Rejected
from xdsi_sim.fhir.provided import lacking, read_provide_bundle
from xdsi_sim.fhir.submission import Domain, Submission, simple_submission, submission_of
from xdsi_sim.fhir.values import Resource, at
from xdsi_sim.ids import new_uid, new_uuid
from xdsi_sim.judging.requests import Found, check_request
from xdsi_sim.rules.registry import Place
from xdsi_sim.soap.media import parse_media_type
from xdsi_sim.soap.saved import Form as SavedForm
from xdsi_sim.soap.saved import Unrecognised, read_saved

__all__ = ["JudgedResource", "SavedResource", "judge_resource", "resource_in"]

_SPACE: Final = b"\xef\xbb\xbf \t\r\n"
_XML: Final = re.compile(
    rb"(?:<\?[^>]*\?>\s*|<!--.*?-->\s*)*<[^<>]*[\"']http://hl7\.org/fhir[\"']", re.DOTALL
)
_JSON_KEY: Final = b'"resourceType"'
_HTTP: Final = (SavedForm.HTTP_REQUEST, SavedForm.HTTP_RESPONSE)
_ANY_AUTHORITY: Final = "2.999"  # stands for that of the community, which a file does not know
_SEVERITIES: Final = {"warning": Severity.WARNING, "information": Severity.INFO}


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedResource:
    """What a file holds."""

    form: Form
    body: bytes
    answer: bool = False
    """Whether it came as an answer of HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedResource:
    """What became of it."""

    transaction: str | None
    """By which it would be sent; None where that is none of MHD's that publish."""
    side: str
    found: tuple[Found, ...]


def resource_in(data: bytes) -> SavedResource | None:
    """The resource in a file, alone or as HTTP has it; None where it holds something else."""
    begins = data.lstrip(_SPACE)
    if begins.startswith(b"{") and _JSON_KEY in begins:
        return SavedResource(form="json", body=begins)
    if _XML.match(begins):
        return SavedResource(form="xml", body=begins)
    try:
        saved = read_saved(data, any_method=True)
    except Unrecognised:
        return None
    media = parse_media_type(saved.header("content-type")).type if saved.form in _HTTP else ""
    form = next((form for form, name in FORMS.items() if name == media), None)
    if form is None or not saved.body.strip():
        return None
    return SavedResource(form=form, body=saved.body, answer=saved.form is SavedForm.HTTP_RESPONSE)


def judge_resource(saved: SavedResource, *, strict: bool = False) -> JudgedResource:
    """All that is wrong with it; what cannot be read is a finding."""
    try:
        resource = read_resource(saved.body, saved.form)
    except Rejected as rejected:
        return _judged(None, saved, _told(rejected.issues))
    kind = resource["resourceType"]
    if saved.answer:
        return _judged(None, saved, ())
    if kind == "Bundle" and resource.get("type") == "transaction":
        return _judged("ITI-65", saved, _published(resource, strict=strict))
    if kind == "DocumentReference" and at(resource, "content.attachment.data") is not None:
        return _judged("ITI-105", saved, _published(resource, strict=strict))
    return _judged(None, saved, _told(lacking(resource) if kind == "DocumentReference" else ()))


def _judged(
    transaction: str | None, saved: SavedResource, found: Iterator[Found] | tuple[()]
) -> JudgedResource:
    side = "answer" if saved.answer else "message" if transaction is None else "request"
    return JudgedResource(transaction=transaction, side=side, found=tuple(found))


def _published(resource: Resource, *, strict: bool) -> Iterator[Found]:
    try:
        submission = _submission(resource)
    except Rejected as rejected:
        yield from _told(rejected.issues)
        return
    yield from _told(submission.issues)
    objects = submission.request.submission.objects
    lists = {each.entryUUID for each in (*objects.submissionSets, *objects.folders)}
    for finding, place in check_request("ITI-41", submission.request, strict=strict, whole=True):
        element = None if place is None else element_of(place.object, place.attribute or "", lists)
        yield finding, place if place is None or element is None else replace(place, object=element)


def _submission(resource: Resource) -> Submission:
    domain = Domain(
        authority=_ANY_AUTHORITY,
        systems=Systems(),
        sourceId=_ANY_AUTHORITY,
        new_uuid=new_uuid,
        new_uid=new_uid,
        now=now,
    )
    if resource["resourceType"] == "Bundle":
        return submission_of(read_provide_bundle(resource), domain)
    return simple_submission(resource, domain)


def _told(issues: tuple[Issue, ...]) -> Iterator[Found]:
    """Issues as findings, their rule the issue type of FHIR, or the errorCode where they have one."""
    for issue in issues:
        severity = _SEVERITIES.get(issue.severity, Severity.ERROR)
        rule = issue.error or f"fhir-{issue.code}"
        finding = Finding(
            rule=rule, severity=severity, text=issue.text, location=issue.expression, cites=issue.cites
        )
        yield finding, Place(issue.expression, None, None) if issue.expression else None
