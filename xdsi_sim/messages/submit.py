"""ITI-42, ITI-61 and ITI-41 / RAD-68: metadata, and metadata with documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, overload

from xdsi_sim.content import Content
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.ebrim.reader import read_object_list
from xdsi_sim.ebrim.writer import write_object_list
from xdsi_sim.ebrim.xml import Element, child_of, escape, only_child, parse, serialise
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.vocab import NS, ON_DEMAND

__all__ = [
    "Document",
    "ProvideAndRegisterDocumentSetRequest",
    "SubmitObjectsRequest",
    "read_provide_and_register",
    "read_submit_objects",
    "submit_transaction",
    "write_provide_and_register",
    "write_submit_objects",
]

_LIST: Final = f"{{{NS.RIM}}}RegistryObjectList"
_SUBMIT: Final = f"{{{NS.LCM}}}SubmitObjectsRequest"
_DOCUMENT: Final = f"{{{NS.XDS}}}Document"
_ENTRY: Final = f"{{{NS.RIM}}}ExtrinsicObject"

_OPEN: Final = f'<lcm:SubmitObjectsRequest xmlns:lcm="{NS.LCM}">'.encode()
_CLOSE: Final = b"</lcm:SubmitObjectsRequest>"

ContentOf = Callable[[Element], Content]
"""Gives the content of a base64 element, inline or by `xop:Include`."""
Attach = Callable[[Content], bytes]
"""Takes a content along as a part and gives what stands for it in the XML."""


class SubmitObjectsRequest:
    """The objects of one submission (`lcm:SubmitObjectsRequest`), as values and as ebRIM.

    Whichever it is not made from is made from the other when it is asked for: a repository passes a
    submission on without reading what does not concern it, and without losing what values cannot hold.
    Equal are those with equal values.
    """

    __slots__ = ("_element", "_objects")

    @overload
    def __init__(self, *, objects: RegistryObjectList) -> None: ...
    @overload
    def __init__(self, *, element: Element) -> None: ...
    def __init__(self, *, objects: RegistryObjectList | None = None, element: Element | None = None) -> None:
        self._objects = objects
        self._element = element

    @property
    def objects(self) -> RegistryObjectList:
        """As values."""
        if self._objects is None:
            objects = self.object_list
            self._objects = RegistryObjectList() if objects is None else read_object_list(objects)
        return self._objects

    @property
    def element(self) -> Element:
        """As ebRIM; the request's own, and whoever changes it must be the last to use the request."""
        if self._element is None:
            self._element = parse(write_submit_objects(self))
        return self._element

    @property
    def received(self) -> Element | None:
        """The element that it was read from; None where it is made of values, which have no form."""
        return self._element

    @property
    def object_list(self) -> Element | None:
        """The first `rim:RegistryObjectList`, if there is any."""
        return child_of(self.element, _LIST)

    @property
    def lists(self) -> int:
        """How many RegistryObjectLists are there; one is right."""
        return 1 if self._element is None else len(self._element.findall(_LIST))

    def written(self) -> bytes:
        """The element, complete in its namespaces."""
        if self._element is not None:
            return serialise(self._element)
        return b"".join((_OPEN, write_object_list(self.objects), _CLOSE))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SubmitObjectsRequest):
            return NotImplemented
        return (self.objects, self.lists) == (other.objects, other.lists)

    __hash__ = None  # type: ignore[assignment]  # values are made late

    def __repr__(self) -> str:
        return f"SubmitObjectsRequest(objects={self.objects!r})"


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
    return SubmitObjectsRequest(element=element)


def submit_transaction(element: Element) -> str:
    """The transaction that a `lcm:SubmitObjectsRequest` belongs to, by the DocumentEntries in it."""
    on_demand = any(entry.get("objectType") == ON_DEMAND for entry in element.iter(_ENTRY))
    return "ITI-61" if on_demand else "ITI-42"


def write_submit_objects(request: SubmitObjectsRequest) -> bytes:
    """`lcm:SubmitObjectsRequest`, complete in its namespaces."""
    return request.written()


def read_provide_and_register(
    element: Element, content_of: ContentOf
) -> ProvideAndRegisterDocumentSetRequest:
    """From `xds:ProvideAndRegisterDocumentSetRequest`; raises ProtocolViolation without one submission."""
    submission = only_child(element, _SUBMIT)
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
