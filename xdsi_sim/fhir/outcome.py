"""What went wrong as OperationOutcome: errors of SOAP answers with their rules, and those of FHIR itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from xdsi_sim.fhir.values import Resource, without_empty
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.vocab import SEVERITY_WARNING

__all__ = ["KINDS", "ElementOf", "Issue", "Kind", "Rejected", "issue_of", "outcome", "status_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """How FHIR says what an errorCode does."""

    code: str
    """Issue type."""
    status: int
    """HTTP, where it is an error."""


KINDS: Final[Mapping[str, Kind]] = {
    "XDSUnknownPatientId": Kind("not-found", 422),
    "XDSPatientIdDoesNotMatch": Kind("business-rule", 422),
    "XDSDuplicateUniqueIdInRegistry": Kind("duplicate", 409),
    "XDSRegistryDuplicateUniqueIdInMessage": Kind("duplicate", 422),
    "XDSRepositoryDuplicateUniqueIdInMessage": Kind("duplicate", 422),
    "XDSNonIdenticalHash": Kind("value", 422),
    "XDSNonIdenticalSize": Kind("value", 422),
    "XDSMissingDocument": Kind("required", 422),
    "XDSMissingDocumentMetadata": Kind("required", 422),
    "XDSRegistryDeprecatedDocumentError": Kind("conflict", 409),
    "UnresolvedReferenceException": Kind("not-found", 422),
    "XDSReplaceFailed": Kind("not-found", 422),
    "XDSUnreferencedObjectException": Kind("not-found", 422),
    "XDSRegistryMetadataError": Kind("invalid", 422),
    "XDSRepositoryMetadataError": Kind("invalid", 422),
    "InvalidDocumentContent": Kind("invalid", 422),
    "UnknownRecipient": Kind("not-found", 422),
    "UnavailableRecipient": Kind("transient", 503),
    "XDSDocumentUniqueIdError": Kind("not-found", 404),
    "XDSUnknownRepositoryId": Kind("not-found", 404),
    "XDSUnknownCommunity": Kind("not-found", 404),
    "XDSUnavailableCommunity": Kind("incomplete", 503),
    "XDSRegistryNotAvailable": Kind("transient", 503),
    "XDSRegistryBusy": Kind("transient", 503),
    "XDSRepositoryBusy": Kind("transient", 503),
    "XDSRegistryOutOfResources": Kind("transient", 503),
    "XDSRepositoryOutOfResources": Kind("transient", 503),
    "XDSTooManyResults": Kind("too-costly", 422),
    "XDSStoredQueryMissingParam": Kind("required", 400),
    "XDSStoredQueryParamNumber": Kind("value", 400),
    "XDSMissingHomeCommunityId": Kind("required", 400),
    "XDSResultNotSinglePatient": Kind("business-rule", 422),
    "XDSUnknownStoredQuery": Kind("not-supported", 502),
    "XDSRegistryError": Kind("processing", 502),
    "XDSRepositoryError": Kind("processing", 502),
    "XDSUnknownError": Kind("processing", 502),
    "FHIRDocumentNotSupported": Kind("not-supported", 422),
    "PartialFolderContentNotProcessed": Kind("not-supported", 422),
    "PartialReplaceContentNotProcessed": Kind("not-supported", 422),
    "PartialAppendContentNotProcessed": Kind("not-supported", 422),
    "PartialTransformContentNotProcessed": Kind("not-supported", 422),
}
"""By errorCode; those with 502 tell of trouble that the client has not made. All others are `processing`."""
_OTHERS: Final = Kind("processing", 422)
_STATUSES: Final[Mapping[str, int]] = {
    "structure": 400,
    "invalid": 400,
    "required": 400,
    "value": 400,
    "not-supported": 400,
    "too-long": 413,
    "not-found": 404,
    "exception": 500,
    "transient": 503,
    "login": 401,
}
"""HTTP by issue type, where nothing else is said."""
ElementOf = Callable[[str | None, str], str | None]
"""The element that has an attribute of the object of that id; None where none has."""
_FACT: Final = re.compile(r"; (object|attribute|value|rule)=")


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong, or to be known."""

    code: str
    """Issue type of FHIR."""
    text: str
    severity: str = "error"
    error: str | None = None
    """errorCode of Document Sharing."""
    expression: str | None = None
    """The element."""
    cites: str | None = None
    """The section that decides."""
    status: int | None = None
    """HTTP, if another than that of its code."""

    @property
    def http(self) -> int:
        """The status of an answer that is about this."""
        return self.status or _STATUSES.get(self.code, 422)


class Rejected(Exception):
    """A request that is answered by an OperationOutcome."""

    def __init__(self, *issues: Issue, status: int | None = None) -> None:
        super().__init__("; ".join(issue.text for issue in issues))
        self.issues = issues
        self.status = status or status_of(issues)


def issue_of(error: RegistryError, cites: Mapping[str, str], element_of: ElementOf) -> Issue:
    """What a SOAP answer says, to a client of FHIR; `cites` has the sections of rules by their ids."""
    kind = KINDS.get(error.errorCode, _OTHERS)
    facts = dict(_facts(error.codeContext))
    rule, attribute = facts.get("rule", "").split(";")[0], facts.get("attribute", "")
    location = f" (location {error.location})" if error.location else ""
    return Issue(
        kind.code,
        f"{error.codeContext}{location}",
        severity="warning" if error.severity == SEVERITY_WARNING else "error",
        error=error.errorCode,
        expression=element_of(facts.get("object"), attribute),
        cites=cites.get(rule),
        status=kind.status,
    )


def _facts(context: str) -> Iterable[tuple[str, str]]:
    """What `rules.registry` writes behind the text."""
    parts = _FACT.split(context)
    return zip(parts[1::2], parts[2::2], strict=True)


def status_of(issues: Iterable[Issue]) -> int:
    """HTTP: of several errors the first that is not merely a consequence of what the client has sent."""
    statuses = [issue.http for issue in issues if issue.severity != "warning"]
    return max(statuses, default=200)


def outcome(issues: Iterable[Issue]) -> Resource:
    """An OperationOutcome; one without issues says that all is well."""
    told = [_written(issue) for issue in issues]
    well = {"severity": "information", "code": "informational", "diagnostics": "all is well"}
    return {"resourceType": "OperationOutcome", "issue": told or [well]}


def _written(issue: Issue) -> Resource:
    details = {
        "coding": [{"code": issue.error}] if issue.error else None,
        "text": issue.text,
    }
    return without_empty(
        {
            "severity": issue.severity,
            "code": issue.code,
            "details": without_empty(details),
            "diagnostics": f"{issue.text} ({issue.cites})" if issue.cites else issue.text,
            "expression": [issue.expression] if issue.expression else None,
        }
    )
