"""What ITI-41 brings, as its receivers look at it: each document beside what the metadata say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xdsi_sim.actors.ports import NewDocument
from xdsi_sim.content import head_of, sha1_of
from xdsi_sim.ebrim.described import Described, described
from xdsi_sim.messages.submit import Document, ProvideAndRegisterDocumentSetRequest
from xdsi_sim.rules.document_content import head_size
from xdsi_sim.rules.subjects import Fingerprint, id_key

__all__ = ["Provided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """The documents of a submission, beside what it says of them."""

    objects: tuple[Described, ...]
    documents: tuple[Document, ...]
    prints: tuple[Fingerprint, ...]
    """In the order of the documents."""

    @classmethod
    def of(cls, request: ProvideAndRegisterDocumentSetRequest) -> Provided:
        """What `request` brings; the documents are read once, for their hashes."""
        object_list = request.submission.object_list
        objects = described(object_list) if object_list is not None else ()
        heads = {id_key(value.entryUUID): head_size(value) for value in objects if value.is_entry}
        return cls(
            objects=objects,
            documents=request.documents,
            prints=tuple(
                _fingerprint(document, heads.get(id_key(document.id), 0)) for document in request.documents
            ),
        )

    def uniqueIds(self) -> list[str]:
        """Of the entries."""
        return [value.uniqueId for value in self.objects if value.is_entry and value.uniqueId]

    def pairs(self) -> Iterator[tuple[str, NewDocument]]:
        """entryUUID and document of each entry; each has one by then."""
        contents = {id_key(document.id): document.content for document in self.documents}
        for entry in self.objects:
            if entry.is_entry:
                content = contents[id_key(entry.entryUUID)]
                yield (
                    entry.entryUUID,
                    NewDocument(
                        uniqueId=entry.uniqueId or "", mimeType=entry.mimeType or "", content=content
                    ),
                )


def _fingerprint(document: Document, head: int) -> Fingerprint:
    content = document.content
    return Fingerprint(
        id=document.id,
        hash=sha1_of(content),
        size=content.size,
        head=head_of(content, head) if head else b"",
    )
