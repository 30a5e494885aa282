"""Deviations of what a retrieve delivers: other documents, other octets, other ids (ITI TF-2: 3.43.4.2)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from xdsi_sim.content import BytesContent, SliceContent
from xdsi_sim.deviations.deviation import RETRIEVES, Case, Family, Level, Parameter, deviation
from xdsi_sim.messages.retrieve import DocumentResponse, RetrieveDocumentSetResponse

__all__ = ["with_first"]

_retrieve = partial(deviation, family=Family.RETRIEVE, level=Level.ANSWER, fits=RETRIEVES)
_ECHO: Final = "ITI TF-2: 3.43.4.2.2"
_SAME: Final = "ITI TF-2: 3.43.4.2.3.2"
_ALL: Final = "ITI TF-2: 3.43.5"
_DOCUMENTS: Final = ("ITI-43", "ITI-39")
Answer = RetrieveDocumentSetResponse


def with_first(answer: Answer, **changes: Any) -> Answer:
    """The answer with another first document; where there is none, it is the same answer."""
    if not answer.documents:
        return answer
    first, *others = answer.documents
    return replace(answer, documents=(replace(first, **changes), *others))


def _asked_otherwise(answer: Answer, **changes: Any) -> Answer:
    """The first document as if it had been asked for by other ids."""
    if not answer.documents:
        return answer
    return with_first(answer, request=replace(answer.documents[0].request, **changes))


# --- ids -------------------------------------------------------------------------------------


@_retrieve("home-unasked", cites=_ECHO, finds="H06")
def home_unasked(answer: Answer, _case: Case) -> Answer:
    """The first document names a community that its request does not name."""
    return _asked_otherwise(answer, homeCommunityId="urn:oid:2.999.9.9")


@_retrieve("home-missing", fits=("ITI-39", "RAD-75"), cites="ITI TF-2: 3.39.4.1.2", finds="H06")
def home_missing(answer: Answer, _case: Case) -> Answer:
    """The first document of a Responding Gateway names no community."""
    return _asked_otherwise(answer, homeCommunityId=None)


@_retrieve("document-repository-wrong", cites=_ECHO, finds="H07")
def document_repository_wrong(answer: Answer, _case: Case) -> Answer:
    """The first document says that it is of another repository."""
    return _asked_otherwise(answer, repositoryUniqueId="2.999.9.9.2")


@_retrieve("document-repository-missing", cites=_ECHO, finds="H07")
def document_repository_missing(answer: Answer, _case: Case) -> Answer:
    """The first document has no RepositoryUniqueId."""
    return _asked_otherwise(answer, repositoryUniqueId="")


@_retrieve("document-id-wrong", cites=_ECHO, finds="H07 H08")
def document_id_wrong(answer: Answer, _case: Case) -> Answer:
    """The first document says that it is another one."""
    return _asked_otherwise(answer, documentUniqueId="2.999.9.9.1")


@_retrieve("document-unasked", cites=_ECHO, finds="H07")
def document_unasked(answer: Answer, _case: Case) -> Answer:
    """A document comes along that was never asked for."""
    if not answer.documents:
        return answer
    first = answer.documents[0]
    other = DocumentResponse(
        request=replace(first.request, documentUniqueId="2.999.9.9.1"),
        mimeType="text/plain",
        content=BytesContent(b"nobody asked for this"),
    )
    return replace(answer, documents=(*answer.documents, other))


@_retrieve("document-twice")
def document_twice(answer: Answer, _case: Case) -> Answer:
    """The first document is delivered twice."""
    return replace(answer, documents=(*answer.documents[:1], *answer.documents))


@_retrieve("document-left-out", cites=_ALL, finds="H08 H09", comes="Success")
def document_left_out(answer: Answer, _case: Case) -> Answer:
    """A Success leaves a document out, and no error tells of it."""
    return replace(answer, documents=answer.documents[:-1])


@_retrieve("new-id-for-stable", fits=_DOCUMENTS, cites=_ECHO)
def new_id_for_stable(answer: Answer, _case: Case) -> Answer:
    """A stable document comes with a NewDocumentUniqueId, as if it had been made on demand."""
    return with_first(answer, newDocumentUniqueId="2.999.9.9.3")


# --- octets ----------------------------------------------------------------------------------


@_retrieve("document-changed", fits=_DOCUMENTS, cites=_SAME, finds="H11")
def document_changed(answer: Answer, _case: Case) -> Answer:
    """The octets of the first document are not those that were registered: hash and size differ."""
    return with_first(answer, content=BytesContent(b"these are not the octets that were registered"))


@_retrieve("document-cut", fits=_DOCUMENTS, cites=_SAME, finds="H11")
def document_cut(answer: Answer, _case: Case) -> Answer:
    """The first document ends in its middle."""
    if not answer.documents:
        return answer
    content = answer.documents[0].content
    return with_first(answer, content=SliceContent(content, 0, content.size // 2))


@_retrieve("document-empty", cites=_SAME, fits=_DOCUMENTS, finds="H11")
def document_empty(answer: Answer, _case: Case) -> Answer:
    """The first document has no octets."""
    return with_first(answer, content=BytesContent(b""))


@_retrieve("document-page", fits=_DOCUMENTS, cites=_SAME, finds="H11")
def document_page(answer: Answer, _case: Case) -> Answer:
    """A page that tells of an error stands in place of the first document, and keeps its media type."""
    return with_first(answer, content=BytesContent(b"<html><body>Internal Server Error</body></html>\n"))


@_retrieve(
    "media-type-wrong",
    cites="ITI TF-3: 4.2.3.2.15",
    fits=_DOCUMENTS,
    parameters=(Parameter(name="type", default="application/x-unknown", text="the wrong one"),),
    finds="H12",
)
def media_type_wrong(answer: Answer, case: Case) -> Answer:
    """The media type of the first document is not the registered one."""
    return with_first(answer, mimeType=case.parameters["type"])
