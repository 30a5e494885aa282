"""ITI-42 and ITI-41 / RAD-68: metadata, and metadata with documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xdsi_sim.content import Content
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.ebrim.reader import read_object_list
from xdsi_sim.ebrim.writer import write_object_list
from xdsi_sim.ebrim.xml import Element, escape
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.vocab import NS

__all__ = [
    "Document",
    "ProvideAndRegisterDocumentSetRequest",
    "SubmitObjectsRequest",
    "read_provide_and_register",
    "read_submit_objects",
    "write_provide_and_register",
    "write_submit_objects",
]

_LIST: Final = f"{{{NS.RIM}}}RegistryObjectList"
_SUBMIT: Final = f"{{{NS.LCM}}}SubmitObjectsRequest"
_DOCUMENT: Final = f"{{{NS.XDS}}}Document"

ContentOf = Callable[[Element], Content]
"""Gives the content of a base64 element, inline or by `xop:Include`."""
Attach = Callable[[Content], bytes]
"""Takes a content along as a part and gives what stands for it in the XML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitObjectsRequest:
    """The objects of one submission (`lcm:SubmitObjectsRequest`)."""

    objects: RegistryObjectList
    lists: int = 1
    """How many RegistryObjectLists were there; one is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The bytes that go with the DocumentEntry of the same id."""

    id: str
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvideAndRegisterDocumentSetRequest:
    """A submission with its documents."""

    submission: SubmitObjectsRequest
    documents: tuple[Document, ...] = ()


def read_submit_objects(element: Element) -> SubmitObjectsRequest:
    """From `lcm:SubmitObjectsRequest`."""
    lists = element.findall(_LIST)
    objects = read_object_list(lists[0]) if lists else RegistryObjectList()
    return SubmitObjectsRequest(objects=objects, lists=len(lists))


def write_submit_objects(request: SubmitObjectsRequest) -> bytes:
    """`lcm:SubmitObjectsRequest`, complete in its namespaces."""
    return b"".join(
        (
            f'<lcm:SubmitObjectsRequest xmlns:lcm="{NS.LCM}">'.encode(),
            write_object_list(request.objects),
            b"</lcm:SubmitObjectsRequest>",
        )
    )


def read_provide_and_register(
    element: Element, content_of: ContentOf
) -> ProvideAndRegisterDocumentSetRequest:
    """From `xds:ProvideAndRegisterDocumentSetRequest`; raises ProtocolViolation without a submission."""
    submission = element.find(_SUBMIT)
    if submission is None:
        raise ProtocolViolation(
            "ProvideAndRegisterDocumentSetRequest holds no lcm:SubmitObjectsRequest", rule="C01"
        )
    return ProvideAndRegisterDocumentSetRequest(
        submission=read_submit_objects(submission),
        documents=tuple(
            Document(id=document.get("id", ""), content=content_of(document))
            for document in element.iterchildren(_DOCUMENT)
        ),
    )


def write_provide_and_register(request: ProvideAndRegisterDocumentSetRequest, attach: Attach) -> bytes:
    """`xds:ProvideAndRegisterDocumentSetRequest` with its documents attached."""
    documents = (
        f'<xds:Document id="{escape(document.id)}">'.encode() + attach(document.content) + b"</xds:Document>"
        for document in request.documents
    )
    return b"".join(
        (
            f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{NS.XDS}">'.encode(),
            write_submit_objects(request.submission),
            *documents,
            b"</xds:ProvideAndRegisterDocumentSetRequest>",
        )
    )
