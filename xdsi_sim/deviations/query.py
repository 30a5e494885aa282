"""Deviations of the objects in the answer to a query: too many, too few, wrong, or of somebody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from xdsi_sim.content import Segment, head_of, read_all
from xdsi_sim.deviations.deviation import QUERIES, Case, Family, Level, Message, Parameter, deviation
from xdsi_sim.deviations.octets import edited
from xdsi_sim.ebrim.fragments import read_head
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.ebrim.reader import read_object
from xdsi_sim.ebrim.tables import DOCUMENT_ENTRY
from xdsi_sim.ebrim.writer import write_object, write_object_ref
from xdsi_sim.ebrim.xml import parse, serialise
from xdsi_sim.messages.query import LEAF_CLASS, OBJECT_REF, AdhocQueryResponse
from xdsi_sim.vocab import DEPRECATED

__all__: list[str] = []

_query = partial(deviation, family=Family.QUERY, level=Level.ANSWER, fits=QUERIES)
_text = partial(deviation, family=Family.QUERY, level=Level.MESSAGE, fits=QUERIES)
_ENTRY: Final = "ExtrinsicObject"
_COMPLETE: Final = "ITI TF-3: Table 4.3.2.1-3"
_ASKED: Final = "ITI TF-2: 3.18.4.1.2.3.7"


def _objects(answer: AdhocQueryResponse) -> Iterator[bytes]:
    """The objects, each as bytes of its own."""
    for fragment in answer.fragments:
        held = fragment if isinstance(fragment, bytes) else read_all(fragment)
        yield from map(serialise, parse(b"<all>" + held + b"</all>"))  # any number, one after the other


def _is_entry(fragment: Segment) -> bool:
    start = fragment[:64] if isinstance(fragment, bytes) else head_of(fragment, 64)
    return _ENTRY.encode() in start.partition(b" ")[0]


def _with_entries(
    answer: AdhocQueryResponse, change: Callable[[DocumentEntry], DocumentEntry]
) -> AdhocQueryResponse:
    """The answer with another first entry; where there is none, it is the same answer."""
    fragments = list(_objects(answer))
    place = next((at for at, fragment in enumerate(fragments) if _is_entry(fragment)), None)
    if place is None:
        return answer
    entry = read_object(parse(fragments[place]), DOCUMENT_ENTRY)
    if not isinstance(entry, DocumentEntry):
        raise TypeError("an ExtrinsicObject that is no DocumentEntry")
    fragments[place] = write_object(change(entry))
    return replace(answer, fragments=tuple(fragments))


# --- too many, too few -----------------------------------------------------------------------


@_query("objects-none")
def objects_none(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """A Success without any object, though objects match."""
    return replace(answer, fragments=()) if answer.fragments else answer


@_query("object-left-out")
def object_left_out(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The last object is left out, and nothing says so."""
    found = tuple(_objects(answer))
    return replace(answer, fragments=found[:-1]) if found else answer


@_query("object-twice")
def object_twice(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The first object is given twice."""
    found = tuple(_objects(answer))
    return replace(answer, fragments=(*found[:1], *found)) if found else answer


@_query("references-for-objects", cites="ITI TF-2: 3.18.4.1.2.3.1", finds="I25")
def references_for_objects(answer: AdhocQueryResponse, case: Case) -> AdhocQueryResponse:
    """ObjectRefs are given where objects were asked for."""
    if case.request.returnType != LEAF_CLASS or not answer.fragments:
        return answer
    heads = map(read_head, _objects(answer))
    return replace(answer, fragments=tuple(write_object_ref(head.id, head.home) for head in heads))


@_query("objects-for-references", cites="ITI TF-2: 3.18.4.1.2.3.1", finds="I23 I24 I25 I27")
def objects_for_references(answer: AdhocQueryResponse, case: Case) -> AdhocQueryResponse:
    """An object that has nothing but an id is given where ObjectRefs were asked for."""
    if case.request.returnType != OBJECT_REF or not answer.fragments:
        return answer
    head = read_head(next(_objects(answer)))
    entry = DocumentEntry(entryUUID=head.id, homeCommunityId=head.home)
    return replace(answer, fragments=(write_object(entry), *tuple(_objects(answer))[1:]))


# --- of somebody else ------------------------------------------------------------------------


@_query(
    "entry-of-another-patient",
    cites=_ASKED,
    parameters=(Parameter(name="patientId", default="OTHER^^^&2.999.9.9&ISO", text="of the entry, as CX"),),
    finds="I27",
)
def entry_of_another_patient(answer: AdhocQueryResponse, case: Case) -> AdhocQueryResponse:
    """The first entry is that of another patient."""
    patientId = case.parameters["patientId"]
    return _with_entries(answer, lambda entry: replace(entry, patientId=patientId, sourcePatientId=patientId))


@_query("entry-deprecated", cites=_ASKED, finds="I27")
def entry_deprecated(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The first entry is Deprecated, where Approved ones were asked for."""
    return _with_entries(answer, lambda entry: replace(entry, availabilityStatus=DEPRECATED))


# --- attributes ------------------------------------------------------------------------------


@_query(
    "attribute-missing",
    cites=_COMPLETE,
    parameters=(Parameter(name="attribute", default="typeCode", text="of the DocumentEntry"),),
    finds="I23",
)
def attribute_missing(answer: AdhocQueryResponse, case: Case) -> AdhocQueryResponse:
    """A required attribute of the first entry is missing."""
    name = case.parameters["attribute"]
    empty = getattr(DocumentEntry(entryUUID=""), name)
    return _with_entries(answer, lambda entry: replace(entry, **{name: empty}))


@_query("status-of-entry-missing", cites="ITI TF-3: 4.2.3.2.2", finds="I24 I27")
def status_of_entry_missing(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The first entry has no availabilityStatus."""
    return _with_entries(answer, lambda entry: replace(entry, availabilityStatus=None))


@_query("hash-of-another", cites="ITI TF-3: 4.2.3.2.10")
def hash_of_another(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The hash of the first entry is that of another document."""
    return _with_entries(
        answer, lambda entry: replace(entry, hash="da39a3ee5e6b4b0d3255bfef95601890afd80709")
    )


@_query("size-of-another", cites="ITI TF-3: 4.2.3.2.22")
def size_of_another(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The size of the first entry is that of another document."""
    return _with_entries(answer, lambda entry: replace(entry, size=f"{entry.size or ''}0"))


@_query("media-type-of-another")
def media_type_of_another(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The mimeType of the first entry is not that of its document."""
    return _with_entries(answer, lambda entry: replace(entry, mimeType="application/x-unknown"))


@_query("unique-id-of-another")
def unique_id_of_another(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The uniqueId of the first entry is that of no document."""
    return _with_entries(answer, lambda entry: replace(entry, uniqueId="2.999.9.9.1"))


@_query("repository-unknown")
def repository_unknown(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The repositoryUniqueId of the first entry names no repository."""
    return _with_entries(answer, lambda entry: replace(entry, repositoryUniqueId="2.999.9.9.2"))


@_query("entry-uuid-changing")
def entry_uuid_changing(answer: AdhocQueryResponse, case: Case) -> AdhocQueryResponse:
    """The first entry has another entryUUID in each answer."""

    def renamed(entry: DocumentEntry) -> DocumentEntry:
        """The entry under an id that comes from its own and from chance."""
        return replace(
            entry, entryUUID=f"urn:uuid:{uuid5(NAMESPACE_OID, f'{entry.entryUUID} {case.chance()}')}"
        )

    return _with_entries(answer, renamed)


@_query(
    "home-of-another", parameters=(Parameter(name="home", default="urn:oid:2.999.9.9", text="the wrong one"),)
)
def home_of_another(answer: AdhocQueryResponse, case: Case) -> AdhocQueryResponse:
    """The homeCommunityId of the first entry is that of another community."""
    return _with_entries(answer, lambda entry: replace(entry, homeCommunityId=case.parameters["home"]))


@_query("home-of-entry-missing", fits=("ITI-38",), cites="ITI TF-2: 3.38.4.1.3", finds="I29")
def home_of_entry_missing(answer: AdhocQueryResponse, _case: Case) -> AdhocQueryResponse:
    """The first entry of a Responding Gateway has no homeCommunityId."""
    return _with_entries(answer, lambda entry: replace(entry, homeCommunityId=None))


@_text("part-without-id", cites="ITI TF-3: 4.2.3.1.2", finds="C25")
def part_without_id(message: Message, _case: Case) -> Message:
    """A Classification of an object has no id."""
    return edited(message, rb'(<rim:Classification [^>]*?) ?\bid="[^"]*"', rb"\1")
