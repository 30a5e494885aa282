"""ITI-18, ITI-51: a stored query with its parameters, and what answers it (ITI TF-2: 3.18, 3.51)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Final

from xdsi_sim.content import Segment, SegmentsContent, read_all
from xdsi_sim.ebrim.fragments import FragmentRun, at_hand, heads_of, objects_in
from xdsi_sim.ebrim.model import RegistryObjectList, Slot
from xdsi_sim.ebrim.reader import read_object_list, read_slot
from xdsi_sim.ebrim.writer import write_slot
from xdsi_sim.ebrim.xml import Element, child_of, escape, only_child, parse, serialise
from xdsi_sim.errors import Finding, ProtocolViolation
from xdsi_sim.messages.response import RegistryError, read_registry_response, write_errors
from xdsi_sim.messages.stored_queries import stored_query
from xdsi_sim.messages.submit import ContentOf
from xdsi_sim.vocab import NS, SUCCESS

__all__ = [
    "LEAF_CLASS",
    "OBJECT_REF",
    "AdhocQueryRequest",
    "AdhocQueryResponse",
    "in_portions",
    "query_transaction",
    "read_query_request",
    "read_query_response",
    "write_query_request",
    "write_query_response",
]

LEAF_CLASS: Final = "LeafClass"
OBJECT_REF: Final = "ObjectRef"

_QUERY, _RIM = f"{{{NS.QUERY}}}", f"{{{NS.RIM}}}"
_OPTION: Final = f"{_QUERY}ResponseOption"
_ADHOC_QUERY, _OBJECTS, _SLOT = (f"{_RIM}{name}" for name in ("AdhocQuery", "RegistryObjectList", "Slot"))
_OPEN_LIST: Final = f'<rim:RegistryObjectList xmlns:rim="{NS.RIM}">'.encode()
_CLOSE_LIST: Final = b"</rim:RegistryObjectList>"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdhocQueryRequest:
    """Which stored query, with which parameters, answered in which form."""

    id: str
    """`urn:uuid:` of the stored query."""
    parameters: tuple[Slot, ...] = ()
    returnType: str = LEAF_CLASS
    home: str | None = None


@dataclass(frozen=True, kw_only=True)
class AdhocQueryResponse:
    """The objects found, as ebRIM fragments: a registry splices stored ones, a gateway passes them on."""

    status: str = SUCCESS
    errors: tuple[RegistryError, ...] = ()
    fragments: tuple[Segment, ...] = ()
    """An object or reference each; where there are many, contents that hold any number of them."""
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    """For the log alone: what the actor found in the request, whether it is told or not."""

    @cached_property
    def objects(self) -> RegistryObjectList:
        """The fragments read as metadata values."""
        return read_object_list(parse(_whole((_OPEN_LIST, *self.fragments, _CLOSE_LIST))))


def in_portions(response: AdhocQueryResponse, most: int = 500) -> Iterator[RegistryObjectList]:
    """The objects of an answer, so many at a time: one of any size is never held whole.

    Where Classifications stand beside their objects, all are read at once.
    """
    if any(head.element == "Classification" for head in heads_of(response.fragments)):
        yield response.objects
        return
    for portion in _batched(objects_in(response.fragments), most):
        yield read_object_list(parse(b"".join((_OPEN_LIST, *portion, _CLOSE_LIST))))


def _batched(fragments: Iterable[bytes], most: int) -> Iterator[list[bytes]]:
    fragments = iter(fragments)
    while portion := list(islice(fragments, most)):
        yield portion


def _whole(segments: Iterable[Segment]) -> bytes:
    return read_all(SegmentsContent(tuple(segments)))


def read_query_request(element: Element) -> AdhocQueryRequest:
    """From `query:AdhocQueryRequest`; raises ProtocolViolation where it has not one of each."""
    option = only_child(element, _OPTION)
    query = only_child(element, _ADHOC_QUERY)
    if option is None or query is None:
        missing = "query:ResponseOption" if option is None else "rim:AdhocQuery"
        raise ProtocolViolation(f"AdhocQueryRequest holds no {missing}", rule="I02")
    return AdhocQueryRequest(
        id=query.get("id", ""),
        parameters=tuple(read_slot(slot) for slot in query.iterchildren(_SLOT)),
        returnType=option.get("returnType", "RegistryObject"),  # the schema's default
        home=query.get("home"),
    )


def query_transaction(element: Element) -> str | None:
    """The transaction that the query of a `query:AdhocQueryRequest` belongs to; None for an unknown one."""
    query = child_of(element, _ADHOC_QUERY)
    stored = stored_query(query.get("id", "")) if query is not None else None
    return stored.transaction if stored is not None else None


def write_query_request(request: AdhocQueryRequest) -> bytes:
    """`query:AdhocQueryRequest`, complete in its namespaces."""
    home = "" if request.home is None else f' home="{escape(request.home)}"'
    return (
        f'<query:AdhocQueryRequest xmlns:query="{NS.QUERY}" xmlns:rim="{NS.RIM}">'
        f'<query:ResponseOption returnComposedObjects="true" returnType="{escape(request.returnType)}"/>'
        f'<rim:AdhocQuery id="{escape(request.id)}"{home}>{"".join(map(write_slot, request.parameters))}'
        "</rim:AdhocQuery></query:AdhocQueryRequest>"
    ).encode()


def read_query_response(element: Element, content_of: ContentOf | None = None) -> AdhocQueryResponse:
    """From `query:AdhocQueryResponse`; an absent object list is an empty one.

    Objects that were cut out of a large answer are what `content_of` gives for the text in their place.
    """
    response = read_registry_response(element)
    objects = only_child(element, _OBJECTS)
    return AdhocQueryResponse(
        status=response.status,
        errors=response.errors,
        fragments=() if objects is None else (*_cut_out(objects, content_of), *map(serialise, objects)),
    )


def _cut_out(objects: Element, content_of: ContentOf | None) -> Iterator[Segment]:
    if content_of is not None and (objects.text or "").strip():
        place = objects.makeelement(objects.tag)
        place.text = objects.text
        content = content_of(place)
        if isinstance(content, FragmentRun):  # any other text has no business here
            yield content


def write_query_response(response: AdhocQueryResponse) -> tuple[Segment, ...]:
    """`query:AdhocQueryResponse` in pieces: the fragments go out as they were stored."""
    head = (
        f'<query:AdhocQueryResponse xmlns:query="{NS.QUERY}" xmlns:rs="{NS.RS}" '
        f'status="{escape(response.status)}">{write_errors(response.errors)}'
    )
    return (
        head.encode(),
        _OPEN_LIST,
        *at_hand(response.fragments),
        _CLOSE_LIST,
        b"</query:AdhocQueryResponse>",
    )
