"""What a Document Recipient takes of a submission that is sound, and what it says of the rest.

A submission is taken in whole; a part that the recipient does nothing with is named in a warning, and so is,
or for that it is refused, an addressee to whom nothing can be handed on (ITI TF-2: 3.41.4.1.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.rules.subjects import id_key
from xdsi_sim.vocab import SEVERITY_ERROR, SEVERITY_WARNING, Association

__all__ = ["PARTS", "Acceptance", "Undeliverable"]

Undeliverable = Literal["error", "warning", "silence"]

_SEVERITY: Final[Mapping[Undeliverable, str]] = {"error": SEVERITY_ERROR, "warning": SEVERITY_WARNING}

_Found = Iterator[tuple[str, str]]
"""Of each piece of content: what it is, in words, and its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """How a recipient is set up; as it stands here it takes everything."""

    limited: bool = True
    """Has the Accepts Limited Metadata Option."""
    known: tuple[str, ...] | None = None
    """intendedRecipients that it can hand on to; None is all."""
    unavailable: tuple[str, ...] = ()
    """intendedRecipients that it knows, but cannot reach."""
    undeliverable: Undeliverable = "error"
    """How it says that it cannot hand on."""
    ignored: tuple[str, ...] = ()
    """Keys of PARTS: content that it does nothing with."""
    queued: bool = False
    """Hands documents on later."""

    def addressing(self, objects: RegistryObjectList) -> Iterator[RegistryError]:
        """The addressees to whom the submission cannot be handed on."""
        if self.undeliverable == "silence":
            return
        for set_ in objects.submissionSets:
            for recipient in set_.intendedRecipient:
                for code, text in self._troubles(recipient):
                    where = f"object={set_.entryUUID}; attribute=intendedRecipient; value={recipient}"
                    severity = _SEVERITY[self.undeliverable]
                    yield RegistryError(errorCode=code, codeContext=f"{text}; {where}", severity=severity)

    def _troubles(self, recipient: str) -> Iterator[tuple[str, str]]:
        """errorCode and what it says of this recipient; one at most."""
        if _is_one_of(recipient, self.unavailable):
            yield "UnavailableRecipient", "this recipient cannot be reached at present"
        elif self.known is not None and not _is_one_of(recipient, self.known):
            yield "UnknownRecipient", "this recipient is not known here"

    def remarks(self, objects: RegistryObjectList) -> Iterator[RegistryError]:
        """Warnings about what is taken in, but not processed, or not yet."""
        for key in self.ignored:
            part = PARTS[key]
            for what, id in part.found(objects):
                yield _warning(part.code, f"{what} is kept, but not processed; object={id}")
        for entry in objects.documentEntries if self.queued else ():
            context = f"the document is handed on later; object={entry.entryUUID}"
            yield _warning("DocumentQueued", f"{context}; attribute=uniqueId; value={entry.uniqueId}")


def _warning(code: str, context: str) -> RegistryError:
    return RegistryError(errorCode=code, codeContext=context, severity=SEVERITY_WARNING)


# --- addressees ------------------------------------------------------------------------------


def _is_one_of(recipient: str, described: tuple[str, ...]) -> bool:
    """Whether one of the descriptions fits; what a description leaves empty may be anything."""
    pieces = _pieces(recipient)
    return any(_pieces(one) <= pieces for one in described)


def _pieces(recipient: str) -> frozenset[tuple[int, int, str]]:
    """The components of XON|XCN|XTN that are not empty, with their places."""
    return frozenset(
        (at, place, text)
        for at, part in enumerate(recipient.split("|"))
        for place, text in enumerate(part.split("^"))
        if text
    )


# --- parts -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """Content that a recipient need not process."""

    code: str
    """By which it says that it did not."""
    found: Callable[[RegistryObjectList], _Found]


def _folders(objects: RegistryObjectList) -> _Found:
    """Folders of the submission, and earlier ones that get a member by it."""
    own = {id_key(value.entryUUID) for value in objects.objects()}
    sources = {
        member.sourceObject: None  # each once, in their order
        for member in objects.associations
        if member.associationType == Association.HAS_MEMBER and member.sourceObject
    }
    yield from (("a Folder", folder.entryUUID) for folder in objects.folders)
    yield from (("an earlier Folder", source) for source in sources if id_key(source) not in own)


def _relationships(*types: str) -> Callable[[RegistryObjectList], _Found]:
    def found(objects: RegistryObjectList) -> _Found:
        """What is told of each association of those types, and its entryUUID."""
        for association in objects.associations:
            if association.associationType in types:
                name = association.associationType.rpartition(":")[2]
                yield f"an association {name} to {association.targetObject}", association.entryUUID

    return found


PARTS: Final[Mapping[str, _Part]] = {  # ITI TF-3: Table 4.2.4.1-2
    "folders": _Part("PartialFolderContentNotProcessed", _folders),
    "append": _Part("PartialAppendContentNotProcessed", _relationships(Association.APND)),
    "replace": _Part("PartialReplaceContentNotProcessed", _relationships(Association.RPLC)),
    "transform": _Part("PartialTransformNotProcessed", _relationships(Association.XFRM)),
    "transform-replace": _Part("PartialTransformReplaceNotProcessed", _relationships(Association.XFRM_RPLC)),
    "relationships": _Part(
        "PartialRelationshipContentNotProcessed",
        _relationships(Association.SIGNS, Association.IS_SNAPSHOT_OF),
    ),
}
"""By the word that a topology has for it."""
