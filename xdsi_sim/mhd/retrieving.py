"""ITI-68: one document by the address that its DocumentReference gives."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from xdsi_sim.content import sha1_of
from xdsi_sim.dicomweb.messages import Answer, WebRequest
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.fhir.identifiers import urn_uuid
from xdsi_sim.fhir.models import FORMS, Form, write_resource
from xdsi_sim.fhir.outcome import Issue, Rejected
from xdsi_sim.fhir.search import DOCUMENTS, Search
from xdsi_sim.fhir.search_terms import Asked
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetResponse
from xdsi_sim.mhd.face import Face
from xdsi_sim.mhd.negotiation import accepted, ranges

__all__ = ["retrieve"]

_GONE: Final = 410


def retrieve(face: Face, request: WebRequest, id: str, given: Mapping[str, str]) -> Answer:
    """The octets, or the Binary around them where the client wants FHIR; raises Rejected."""
    if urn_uuid(id) is None:
        raise Rejected(Issue("not-found", f"there is no Binary/{id[:100]} here"))
    asked = _in_address(given) or _looked_up(face, id)
    answer: RetrieveDocumentSetResponse = face.perform(face.responder.retrieve(asked))
    if not answer.documents:
        issues = face.issues(answer.errors) or (Issue("not-found", "the repository gives no document"),)
        if any(each.error == "XDSDocumentUniqueIdError" for each in issues) and _entry(face, id) is not None:
            text = "the document is registered, and its repository does not have it any more"
            raise Rejected(replace(issues[0], text=f"{text}: {issues[0].text}"), status=_GONE)
        raise Rejected(*issues)
    document = answer.documents[0]
    tag = f'"{sha1_of(document.content)}"'
    # what somebody has published is no page of ours
    headers = (("ETag", tag), ("Vary", "Accept"), ("X-Content-Type-Options", "nosniff"))
    if tag in (request.header("if-none-match") or "").split(", "):
        return Answer(status=304, headers=headers)
    form = _wrapped(request, given, document.mimeType)
    if form is None:
        if not accepted(request, document.mimeType):
            text = f"the document is {document.mimeType}, which the client does not accept"
            raise Rejected(Issue("not-supported", text), status=406)
        return Answer(media_type=document.mimeType, segments=[document.content], headers=headers)
    data = base64.b64encode(face.whole(document.content)).decode()
    binary = {"resourceType": "Binary", "id": id, "contentType": document.mimeType, "data": data}
    return Answer(media_type=FORMS[form], segments=[write_resource(binary, form)], headers=headers)


def _wrapped(request: WebRequest, given: Mapping[str, str], media_type: str) -> Form | None:
    """The form of FHIR that the client wants before the document itself."""
    names: dict[str, Form] = {name: form for form, name in FORMS.items()}
    if given.get("_format") in (*FORMS, *names):
        return "xml" if "xml" in given["_format"] else "json"
    for each in ranges(request):
        if each == media_type:
            return None
        if each in names:
            return names[each]
    return None


def _in_address(given: Mapping[str, str]) -> DocumentRequest | None:
    repository, unique = given.get("repositoryUniqueId"), given.get("uniqueId")
    if not (repository and unique):
        return None
    return DocumentRequest(
        repositoryUniqueId=repository,
        documentUniqueId=unique,
        homeCommunityId=given.get("homeCommunityId") or None,
    )


def _looked_up(face: Face, id: str) -> DocumentRequest:
    entry = _entry(face, id)
    if entry is None:
        raise Rejected(Issue("not-found", f"there is no Binary/{id} here"))
    return DocumentRequest(
        repositoryUniqueId=entry.repositoryUniqueId or "",
        documentUniqueId=entry.uniqueId or "",
        homeCommunityId=entry.homeCommunityId,
    )


def _entry(face: Face, id: str) -> DocumentEntry | None:
    found = face.perform(face.responder.search(Search(targets=(DOCUMENTS,), asked=(Asked("_id", (id,)),))))
    entries = [each for each in found.objects if isinstance(each, DocumentEntry)]
    return entries[0] if entries else None
