"""What a repository judges: documents against the entries that describe them (ITI TF-2: 3.41.4.1.3).

The subject is the submission with hash and size of each document, and of what is stored already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xdsi_sim.ebrim.described import Described
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Fingerprint, Provision, id_key

__all__ = ["provided"]


def _documents(provision: Provision) -> dict[str, Fingerprint]:
    return {id_key(document.id): document for document in provision.documents}


def provided(provision: Provision) -> Iterator[tuple[Described, Fingerprint]]:
    """Each entry with its document, where it has one."""
    documents = _documents(provision)
    for entry in provision.entries():
        document = documents.get(id_key(entry.entryUUID))
        if document is not None:
            yield entry, document


@rule("G01", cites="ITI TF-2: 3.41.4.1.3", code="XDSMissingDocument")
def each_entry_has_its_document(provision: Provision) -> Iterator[Violation]:
    """Each DocumentEntry comes with a Document of the same id."""
    ids = {id_key(document.id) for document in provision.documents}
    for entry in provision.entries():
        if id_key(entry.entryUUID) not in ids:
            yield Violation("DocumentEntry comes without its Document", location=entry.entryUUID)


@rule("G02", cites="ITI TF-2: 3.41.4.1.3", code="XDSMissingDocumentMetadata", adjustable=True)
def each_document_has_its_entry(provision: Provision) -> Iterator[Violation]:
    """Each Document comes with a DocumentEntry of the same id."""
    entries = {id_key(entry.entryUUID) for entry in provision.entries()}
    for document in provision.documents:
        if id_key(document.id) not in entries:
            yield Violation("Document comes without its DocumentEntry", location=document.id)


@rule("G03", code="XDSRepositoryMetadataError", ground="choice")
def document_ids_are_unique(provision: Provision) -> Iterator[Violation]:
    """No two Documents have the same id."""
    seen: set[str] = set()
    for document in provision.documents:
        key = id_key(document.id)
        if key in seen:
            yield Violation("Document of this id is there twice", location=document.id)
        seen.add(key)


@rule("G04", cites="ITI TF-2: 3.41.4.1.3", code="XDSRepositoryMetadataError")
def hash_is_that_of_the_document(provision: Provision) -> Iterator[Violation]:
    """A hash, where it is given, is the SHA-1 of the document."""
    for entry, document in provided(provision):
        if entry.hash and entry.hash.lower() != document.hash.lower():
            yield _differs(entry, "hash", f"that of the document, {document.hash}")


@rule("G05", cites="ITI TF-2: 3.41.4.1.3", code="XDSRepositoryMetadataError")
def size_is_that_of_the_document(provision: Provision) -> Iterator[Violation]:
    """A size, where it is given, is the number of octets of the document."""
    for entry, document in provided(provision):
        if entry.size and entry.size.lstrip("0") != str(document.size).lstrip("0"):
            yield _differs(entry, "size", f"that of the document, {document.size}")


def _differs(entry: Described, attribute: str, expected: str) -> Violation:
    return Violation.of(entry, attribute, f"{attribute} is not {expected}")


@rule("G06", cites="ITI TF-3: Table 4.2.4.1-2", code="XDSRepositoryDuplicateUniqueIdInMessage")
def unique_ids_are_unique_in_the_provision(provision: Provision) -> Iterator[Violation]:
    """No two objects of a submission have the same uniqueId, but for entries of one identical document."""
    first: dict[str, Described] = {}
    for value in provision.objects:
        if not value.uniqueId:
            continue
        earlier = first.setdefault(value.uniqueId, value)
        if earlier is not value and not _are_of_one_document(earlier, value, _documents(provision)):
            yield Violation.of(value, "uniqueId", f"uniqueId is that of {earlier.entryUUID} too")


def _are_of_one_document(one: Described, other: Described, documents: Mapping[str, Fingerprint]) -> bool:
    prints = [documents.get(id_key(value.entryUUID)) for value in (one, other) if value.is_entry]
    hashes = {None if print_ is None else print_.hash for print_ in prints}
    return len(prints) == 2 and len(hashes) == 1 and None not in hashes


@rule("G07", cites="ITI TF-2: 3.41.4.1.3.2", code="XDSNonIdenticalHash", also=("XDSNonIdenticalSize",))
def stored_document_is_the_same(provision: Provision) -> Iterator[Violation]:
    """A document whose uniqueId is stored already has the same octets: else its size or its hash differs."""
    for entry, document in provided(provision):
        stored = provision.stored.get(entry.uniqueId or "")
        if stored is None:
            continue
        if stored.size != document.size:
            yield _stored(
                entry, f"a document of {stored.size} octets", str(document.size), "XDSNonIdenticalSize"
            )
        elif stored.hash.lower() != document.hash.lower():
            yield _stored(entry, f"a document with hash {stored.hash}", document.hash, None)


def _stored(entry: Described, what: str, value: str, code: str | None) -> Violation:
    return Violation(
        f"{what} is stored under uniqueId {entry.uniqueId} already",
        location=entry.entryUUID,
        attribute="size" if code else "hash",
        value=value,
        code=code,
    )
