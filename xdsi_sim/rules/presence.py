"""Which attributes must be there, which must not, and how often.

Presence depends on the sender, so its subject is the whole submission with its column of
`Attr.need`; number does not, so its subject is one object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from xdsi_sim.ebrim.limited import label_of_another_kind
from xdsi_sim.ebrim.model import Classification, DocumentEntry, ExternalIdentifier, MetadataObject, Slot
from xdsi_sim.ebrim.tables import KINDS, Attr, Form
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Submission
from xdsi_sim.rules.walks import Reader, coded_extras, codes_of, fields
from xdsi_sim.vocab import ON_DEMAND

__all__ = ["KNOWN_OF_A_DOCUMENT", "missing"]

KNOWN_OF_A_DOCUMENT: Final = ("creationTime", "hash", "size")
"""What can only be said of a document that is there."""

_COLUMNS: Final = range(5)


def _readers(need: str) -> dict[type, tuple[Reader, ...]]:
    """By kind and column, a reader of the attributes with that need."""
    return {
        type_: tuple(
            fields([attr.name for attr in kind.attrs if attr.need.split()[column] == need])
            for column in _COLUMNS
        )
        for type_, kind in KINDS.items()
    }


_REQUIRED: Final = _readers("R")
_PROHIBITED: Final = _readers("X")
_ON_DEMAND: Final = 3


def _column(value: MetadataObject, column: int) -> int:
    """Whose duties hold for one object: an On-Demand DocumentEntry has its own, whoever sends it."""
    return _ON_DEMAND if isinstance(value, DocumentEntry) and value.objectType == ON_DEMAND else column


@rule("D01", cites="ITI TF-3: Table 4.3.1-3")
def document_entries_are_complete(submission: Submission) -> Iterator[Violation]:
    """A DocumentEntry has every attribute that is required of its sender."""
    return missing(submission.objects.documentEntries, submission.column)


@rule("D02", cites="ITI TF-3: Table 4.3.1-3")
def submission_sets_are_complete(submission: Submission) -> Iterator[Violation]:
    """A SubmissionSet has every attribute that is required of its sender."""
    return missing(submission.objects.submissionSets, submission.column)


@rule("D03", cites="ITI TF-3: Table 4.3.1-3")
def folders_are_complete(submission: Submission) -> Iterator[Violation]:
    """A Folder has every attribute that is required of its sender."""
    yield from missing(submission.objects.folders, submission.column)
    for folder in submission.objects.folders:
        if folder.title is not None and not str(folder.title):
            yield Violation("title is empty", location=folder.entryUUID, attribute="title")


def missing(values: Iterable[MetadataObject], column: int) -> Iterator[Violation]:
    """The attributes that the column of `Attr.need` requires and the objects do not have."""
    for value in values:
        for name, content in _REQUIRED[type(value)][_column(value, column)](value):
            if not content and content != "" and not _is_there_but_broken(value, name):
                yield Violation(f"{name} is missing", location=value.entryUUID, attribute=name)


def _is_there_but_broken(value: MetadataObject, name: str) -> bool:
    """Whether `extra` holds the attribute in a form that C11, C12, C16, C17, C21 or C23 reports."""
    attr = KINDS[type(value)].by_name[name]
    return any(
        (isinstance(extra, Classification) and extra.classificationScheme == attr.key)
        or (isinstance(extra, ExternalIdentifier) and extra.identificationScheme == attr.key)
        or (isinstance(extra, Slot) and extra.name == attr.key and len(extra.values) != 1)
        for extra in value.extra
    )


@rule("D04", cites="ITI TF-3: Table 4.3.1-3")
def prohibited_attributes_are_absent(submission: Submission) -> Iterator[Violation]:
    """No object has an attribute that its sender must not give, such as limitedMetadata in XDS."""
    for value in submission.carriers():
        for name, content in _PROHIBITED[type(value)][_column(value, submission.column)](value):
            is_given = content is not None and content is not False
            if is_given and name not in KNOWN_OF_A_DOCUMENT:  # E32 has those
                yield Violation(f"{name} is not allowed here", location=value.entryUUID, attribute=name)


@rule("D05", cites="ITI TF-2: 3.41.4.1.3.1; ITI TF-3: Table 4.3.1-3")
def limited_metadata_is_complete(submission: Submission) -> Iterator[Violation]:
    """Where one object is labelled limitedMetadata, each has the label and all else that is still required.

    That is what the framework asks of a Metadata-Limited Document Source.
    """
    yield from missing(submission.carriers(), submission.column)
    for value in submission.carriers():
        if (kind := label_of_another_kind(value)) is not None:
            text = f"the label limitedMetadata is that of a {kind}"
            yield Violation(text, location=value.entryUUID, attribute="limitedMetadata")


# --- number ----------------------------------------------------------------------------------


@rule("D06", cites="ITI TF-3: 4.2.3.2", of_extras=True)
def single_codes_are_given_once(value: MetadataObject) -> Iterator[Violation]:
    """A coded attribute that holds one code is given once."""
    seen = {name for name, _ in codes_of(value)}
    for attr, extra in coded_extras(value):
        if not attr.many and attr.name in seen:
            yield Violation(
                f"{attr.name} is given twice", attribute=attr.name, value=extra.nodeRepresentation
            )
        seen.add(attr.name)


@rule("D07", cites="ITI TF-3: 4.2.3", of_extras=True)
def identifiers_are_given_once(value: MetadataObject) -> Iterator[Violation]:
    """An object has one uniqueId, one patientId and, if it is a SubmissionSet, one sourceId."""
    for extra in value.extra:
        if isinstance(extra, ExternalIdentifier) and extra.registryObject is None:
            attr = _identifier_attr(value, extra)
            if attr is not None:
                yield Violation(f"{attr.name} is given twice", attribute=attr.name, value=extra.value)


def _identifier_attr(value: MetadataObject, extra: ExternalIdentifier) -> Attr | None:
    return KINDS[type(value)].by_key.get((Form.EXTERNAL_IDENTIFIER, extra.identificationScheme))
