"""What an ITI-65 bundle has to be: entries, and the elements that its profile asks for (ITI MHD: 3.65)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.fhir.lists import list_kind
from xdsi_sim.fhir.outcome import Issue, Rejected
from xdsi_sim.fhir.values import EXTENSION, Resource, as_list, at

__all__ = [
    "PROFILES",
    "REQUIRED",
    "Entry",
    "ProvideBundle",
    "content_of",
    "lacking",
    "profiled",
    "read_provide_bundle",
]

MINIMAL: Final = "Minimal"
COMPREHENSIVE: Final = "Comprehensive"
PROFILES: Final[Mapping[str, str]] = {
    f"{EXTENSION}IHE.MHD.Minimal.ProvideBundle": MINIMAL,
    f"{EXTENSION}IHE.MHD.Comprehensive.ProvideBundle": COMPREHENSIVE,
    f"{EXTENSION}IHE.MHD.UnContained.Comprehensive.ProvideBundle": COMPREHENSIVE,
}
"""What has to be there, by the profile that a bundle names."""
_SOURCE_ID: Final = "extension(ihe-sourceId)"
_DESIGNATION: Final = "extension(ihe-designationType)"
REQUIRED: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("DocumentReference", MINIMAL): (
        "masterIdentifier",
        "status",
        "content.attachment.contentType",
        "content.attachment.url",
    ),
    ("DocumentReference", COMPREHENSIVE): (
        "masterIdentifier",
        "status",
        "type",
        "category",
        "subject",
        "securityLabel",
        "content.attachment.contentType",
        "content.attachment.language",
        "content.attachment.url",
        "content.attachment.creation",
        "content.format",
        "context.facilityType",
        "context.practiceSetting",
        "context.sourcePatientInfo",
    ),
    ("submissionset", MINIMAL): ("status", "date", "identifier", _SOURCE_ID),
    ("submissionset", COMPREHENSIVE): ("status", "date", "identifier", "subject", _SOURCE_ID, _DESIGNATION),
    ("folder", MINIMAL): ("status", "identifier"),
    ("folder", COMPREHENSIVE): ("status", "identifier", "subject", _DESIGNATION),
}
"""Elements by kind of resource and profile."""
_FIXED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "DocumentReference": (("status", "current"),),
    "submissionset": (("status", "current"), ("mode", "working")),
    "folder": (("status", "current"), ("mode", "working")),
}
"""Elements that have one value in what is published."""
_FORBIDDEN: Final = ("docStatus", "content.attachment.data")
_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "submissionset": ("POST",),
    "folder": ("POST", "PUT"),
    "DocumentReference": ("POST",),
    "Binary": ("POST",),
    "Patient": ("GET", "POST", "PUT"),
    "Parameters": ("PATCH",),
}
"""Of request, by kind of resource; what is none of these is a document of FHIR."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the bundle."""

    kind: str
    """`submissionset`, `folder`, or the type of the resource."""
    number: int
    fullUrl: str
    resource: Resource
    method: str
    url: str

    @property
    def place(self) -> str:
        """Where it is, as an OperationOutcome names it."""
        return f"Bundle.entry[{self.number}].resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvideBundle:
    """A bundle that has what its profile asks for."""

    entries: tuple[Entry, ...]
    profile: str
    issues: tuple[Issue, ...] = ()
    """What is to be known, and no error."""

    def of(self, kind: str) -> tuple[Entry, ...]:
        """Those of one kind."""
        return tuple(entry for entry in self.entries if entry.kind == kind)


def read_provide_bundle(bundle: Resource) -> ProvideBundle:
    """Raises Rejected with all that is wrong."""
    if bundle["resourceType"] != "Bundle" or bundle.get("type") != "transaction":
        found = f"{bundle['resourceType']} {bundle.get('type') or ''}".strip()
        raise Rejected(
            Issue(
                "invalid", f"a Bundle of type transaction is expected, not {found}", expression="Bundle.type"
            )
        )
    named = as_list(at(bundle, "meta.profile"))
    profile = next((PROFILES[url] for url in named if url in PROFILES), None)
    told: tuple[Issue, ...] = ()
    if profile is None:
        text = "meta.profile names none of the bundles of MHD; it is taken as a minimal one"
        told = (Issue("informational", text, severity="warning", expression="Bundle.meta.profile"),)
    entries, issues = _entries(bundle)
    sets = sum(entry.kind == "submissionset" for entry in entries)
    if sets != 1 and not issues:
        issues.append(
            Issue(
                "required",
                f"one List with the code submissionset is expected, {sets} are there",
                expression="Bundle.entry",
            )
        )
    issues += _ambiguous(entries)
    for entry in entries:
        issues += _missing(entry, profile or MINIMAL)
        issues += _misplaced(entry)
    if issues:
        raise Rejected(*issues)
    return ProvideBundle(entries=tuple(entries), profile=profile or MINIMAL, issues=told)


def _entries(bundle: Resource) -> tuple[list[Entry], list[Issue]]:
    found, issues = [], []
    for number, each in enumerate(as_list(bundle.get("entry"))):
        resource, request = each.get("resource"), each.get("request") or {}
        place = f"Bundle.entry[{number}]"
        if resource is None:
            issues.append(Issue("required", f"{place} has no resource", expression=f"{place}.resource"))
            continue
        kind = list_kind(resource) if resource["resourceType"] == "List" else resource["resourceType"]
        entry = Entry(
            kind or "List",
            number,
            each.get("fullUrl") or "",
            resource,
            request.get("method") or "",
            request.get("url") or "",
        )
        issues += _strange(entry)
        found.append(entry)
    return found, issues


def _strange(entry: Entry) -> Iterator[Issue]:
    """An entry that ITI-65 does not have, or not in this way."""
    if entry.kind == "List":
        yield Issue(
            "invalid", "a List has the code submissionset or folder", expression=f"{entry.place}.code"
        )
    elif entry.kind not in _METHODS:
        text = f"{entry.kind} as a document is not supported; a Binary is"
        yield Issue(
            "not-supported", text, error="FHIRDocumentNotSupported", expression=entry.place, status=422
        )
    elif entry.method not in _METHODS[entry.kind]:
        wanted = " or ".join(_METHODS[entry.kind])
        text = f"the request of {entry.kind} is {wanted}, not '{entry.method}'"
        yield Issue("invalid", text, expression=f"Bundle.entry[{entry.number}].request.method")


def _ambiguous(entries: list[Entry]) -> Iterator[Issue]:
    """Two entries that others could not tell apart."""
    seen: set[str] = set()
    for entry in entries:
        if entry.fullUrl and entry.fullUrl in seen:
            text = f"fullUrl '{entry.fullUrl}' is that of another entry"
            yield Issue("invalid", text, expression=f"Bundle.entry[{entry.number}].fullUrl")
        seen.add(entry.fullUrl)


def _missing(entry: Entry, profile: str) -> Iterator[Issue]:
    for path in REQUIRED.get((entry.kind, profile), ()):
        if not _has(entry.resource, path):
            text = f"{path} of {entry.kind} is missing, which the profile {profile} asks for"
            yield Issue("required", text, expression=f"{entry.place}.{path}", status=422)


def lacking(resource: Resource) -> tuple[Issue, ...]:
    """What a DocumentReference alone lacks of the profile that it names, or of the minimal one."""
    named = as_list(at(resource, "meta.profile"))
    profile = COMPREHENSIVE if any(COMPREHENSIVE in url for url in named) else MINIMAL
    return tuple(
        Issue(
            "required",
            f"{path} is missing, which the profile {profile} asks for",
            expression=f"DocumentReference.{path}",
        )
        for path in REQUIRED["DocumentReference", profile]
        if not _has(resource, path)
    )


def _has(resource: Mapping[str, Any], path: str) -> bool:
    if path.startswith("extension("):
        url = f"{EXTENSION}{path.removeprefix('extension(').removesuffix(')')}"
        return any(each.get("url") == url for each in as_list(resource.get("extension")))
    return at(resource, path) not in (None, "", [], {})


def profiled(resource: Resource) -> Resource:
    """A DocumentReference or List with the profile that it keeps to, of two the one that asks for more."""
    kind = list_kind(resource) if resource["resourceType"] == "List" else resource["resourceType"]
    whole = all(_has(resource, path) for path in REQUIRED[kind or "folder", COMPREHENSIVE])
    profile = f"{EXTENSION}IHE.MHD.{COMPREHENSIVE if whole else MINIMAL}.{_NAMES[kind or 'folder']}"
    return {**resource, "meta": {"profile": [profile]}}


_NAMES: Final = {
    "DocumentReference": "DocumentReference",
    "submissionset": "SubmissionSet",
    "folder": "Folder",
}
"""Of profiles, by kind of resource."""


def _misplaced(entry: Entry) -> Iterator[Issue]:
    for path, value in _FIXED.get(entry.kind, ()):
        found = entry.resource.get(path)
        if found not in (None, value):
            text = f"{path} of {entry.kind} is {value} where it is published, not '{found}'"
            yield Issue("value", text, expression=f"{entry.place}.{path}", status=422)
    if entry.kind != "DocumentReference":
        return
    for path in _FORBIDDEN:
        if at(entry.resource, path) is not None:
            yield Issue("invalid", f"{path} may not be there", expression=f"{entry.place}.{path}", status=422)
    number = len(as_list(entry.resource.get("content")))
    if number != 1:
        text = f"a DocumentReference has one content, not {number}"
        yield Issue("invalid", text, expression=f"{entry.place}.content", status=422)


def content_of(binary: Mapping[str, Any], place: str) -> bytes:
    """The octets of a Binary; raises Rejected."""
    try:
        return base64.b64decode(binary.get("data") or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Rejected(
            Issue("value", f"the data is not base64: {error}", expression=f"{place}.data")
        ) from None
