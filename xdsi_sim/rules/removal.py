"""What must hold of a removal, of metadata or of documents (ITI RMD: 3.62, 3.86).

What a removal would leave behind is for the store to find out; here it is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from xdsi_sim.errors import Severity
from xdsi_sim.messages.remove import RemoveObjectsRequest
from xdsi_sim.messages.retrieve import DocumentRequest
from xdsi_sim.rules.registry import Verdict, Violation, judge, rule, rules
from xdsi_sim.rules.subjects import id_key

__all__ = [
    "DOCUMENT_REMOVAL",
    "REMOVAL",
    "DocumentRemoval",
    "Fate",
    "Link",
    "Remains",
    "Removal",
    "check_document_removals",
    "check_removal",
]

DELETE_ALL: Final = "urn:oasis:names:tc:ebxml-regrep:DeletionScopeType:DeleteAll"
"""What ebRS 3.0 takes for granted where no deletionScope is given."""


@dataclass(frozen=True, slots=True)
class Link:
    """An end of an Association that would stay."""

    association: str
    end: str
    """`sourceObject` or `targetObject`."""
    uuid: str
    """What it leads to, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What would be left in a registry if some objects went."""

    unknown: frozenset[str] = frozenset()
    """Those of them that are not there, in lower case."""
    dangling: tuple[Link, ...] = ()
    """Ends of Associations that lead to one of them."""
    bare: tuple[str, ...] = ()
    """Other objects that would lose their last Association."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A request of ITI-62 as a registry sees it."""

    request: RemoveObjectsRequest
    remains: Remains = field(default_factory=Remains)
    strict: bool = True
    """The registry refuses what departs from the profile though it has one meaning."""


@rule("L25", cites="ITI RMD: 3.62.4.1.2", code="XDSRegistryError")
def objects_are_named_by_their_ids_alone(removal: Removal) -> Iterator[Violation]:
    """A removal names one object or more by ObjectRef; it has no AdhocQuery and no deletionScope."""
    request = removal.request
    if not request.ids:
        yield Violation("no object is named", attribute="ObjectRefList")
    if request.adhocQuery:
        yield Violation("objects are named by a query", attribute="AdhocQuery")
    scope = request.deletionScope
    if scope is not None:
        harmless = scope == DELETE_ALL and not removal.strict
        yield Violation(
            "deletionScope is not for this transaction",
            attribute="deletionScope",
            value=scope,
            severity=Severity.WARNING if harmless else None,
            code="" if harmless else None,
        )


@rule("L26", cites="ITI RMD: 3.62.4.1.3", code="UnresolvedReferenceException")
def removed_objects_are_there(removal: Removal) -> Iterator[Violation]:
    """Every object that is to go is in the registry."""
    for id in dict.fromkeys(removal.request.ids):
        if id_key(id) in removal.remains.unknown:
            yield Violation("no object of the registry has this id", location=id, attribute="id")


@rule("L27", cites="ITI RMD: 3.62.4.1.3", code="ReferencesExistException")
def no_association_loses_an_end(removal: Removal) -> Iterator[Violation]:
    """No Association stays that leads from or to an object that goes."""
    for link in removal.remains.dangling:
        yield Violation(
            f"Association {link.association} would stay and has this object as its {link.end}",
            location=link.uuid,
            attribute=link.end,
        )


@rule("L28", cites="ITI RMD: 3.62.4.1.3", code="XDSUnreferencedObjectException")
def no_object_loses_its_last_association(removal: Removal) -> Iterator[Violation]:
    """No object stays whose last Association goes."""
    for uuid in removal.remains.bare:
        yield Violation("this object would stay without any Association", location=uuid)


_REQUEST: Final = rules("L25")
REMOVAL: Final = rules("L25", "L26", "L27", "L28")
"""The rules of a removal of metadata (ITI-62)."""


def check_removal(
    request: RemoveObjectsRequest, remains: Remains | None = None, *, strict: bool = True
) -> Verdict:
    """All that is wrong with a request of ITI-62; without `remains`, all that the request alone tells."""
    removal = Removal(request=request, remains=remains or Remains(), strict=strict)
    return judge([(removal, _REQUEST if remains is None else REMOVAL)])


# --- documents -------------------------------------------------------------------------------


class Fate(Enum):
    """What became of a document that was to go."""

    REMOVED = "removed"
    UNKNOWN = "unknown"
    BUSY = "busy"
    """A submission that brings it is under way."""
    FAILED = "failed"
    """The store could not do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRemoval:
    """One document of a request of ITI-86, and what became of it at this repository."""

    request: DocumentRequest
    repositoryUniqueId: str
    fate: Fate = Fate.UNKNOWN

    @property
    def ours(self) -> bool:
        """Whether it can be looked for here."""
        return self.request.missing is None and self.request.repositoryUniqueId == self.repositoryUniqueId


_INCOMPLETE: Final = "XDSRepositoryError"
_ELSEWHERE: Final = "XDSUnknownRepositoryId"
_UNKNOWN: Final = "XDSDocumentUniqueIdError"
_NOT_HERE: Final = (_INCOMPLETE, _ELSEWHERE, _UNKNOWN)
_FATES: Final = {
    Fate.REMOVED: None,
    Fate.UNKNOWN: ("no such document in this repository", _UNKNOWN),
    Fate.BUSY: ("a submission that brings this document is under way", "XDSRemoveDocumentsError"),
    Fate.FAILED: ("the document could not be removed now", "XDSRemoveDocumentsError"),
}


@rule("L29", cites="ITI RMD: 3.86.4.1.3", code="XDSRemoveDocumentsError", also=_NOT_HERE)
def document_is_removed(removal: DocumentRemoval) -> Iterator[Violation]:
    """A document that is to go is named in full, kept here, and of no submission under way."""
    request = removal.request
    location = request.documentUniqueId or None
    if request.missing is not None:
        yield Violation(
            f"{request.missing} of a DocumentRequest is missing",
            location,
            request.missing,
            code=_INCOMPLETE,
        )
    elif not removal.ours:
        yield Violation(
            f"this repository is {removal.repositoryUniqueId}",
            location,
            "RepositoryUniqueId",
            request.repositoryUniqueId,
            code=_ELSEWHERE,
        )
    elif (told := _FATES[removal.fate]) is not None:
        text, code = told
        yield Violation(text, location, "DocumentUniqueId", code=code)


DOCUMENT_REMOVAL: Final = rules("L29")
"""The rule of each document of a removal (ITI-86)."""


def check_document_removals(removals: tuple[DocumentRemoval, ...]) -> Verdict:
    """What is told of documents that were to go: an error for each that was not removed."""
    verdict = judge((removal, DOCUMENT_REMOVAL) for removal in removals)
    located = (
        replace(error, location=finding.location)
        for error, finding in zip(verdict.errors, verdict.findings, strict=True)
    )
    return replace(verdict, errors=tuple(located))
