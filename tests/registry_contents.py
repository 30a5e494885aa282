"""Whole registries and queries of them for hypothesis: small alphabets, so that things meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from submissions import a_folder, a_set, an_association, an_entry

from xdsi_sim.ebrim.model import (
    Association,
    Author,
    Code,
    DocumentEntry,
    Folder,
    MetadataObject,
    SubmissionSet,
)
from xdsi_sim.messages.query import LEAF_CLASS, OBJECT_REF, AdhocQueryRequest
from xdsi_sim.messages.stored_queries import STORED_QUERIES, Coding, Param, StoredQuery, encode
from xdsi_sim.vocab import APPROVED, DEPRECATED, OFFLINE, ON_DEMAND, ONLINE, STABLE
from xdsi_sim.vocab import Association as AssociationType

SCHEME = "2.999.1"
PATIENTS = ("P1^^^&2.999.1.1&ISO", "P2^^^&2.999.1.1&ISO")
TIMES = ("2024", "202402", "20240212083015")
PEOPLE = ("^Roth^Miriam", "^ROTH", "a*b?[c")
PATTERNS = (*PEOPLE, "%Roth%", "^R_TH", "a*%", "_*b?%", "%%")
CODED = ("classCode", "typeCode", "practiceSettingCode", "healthcareFacilityTypeCode", "formatCode")
CODES = ("CT", "ct")
STATUS = (APPROVED, DEPRECATED)
TYPES = (*[AssociationType.HAS_MEMBER] * 3, AssociationType.RPLC, AssociationType.APND)
UUIDS = tuple(f"urn:uuid:00000000-0000-4000-8000-0000000000{letter}{n}" for n in range(7) for letter in "Fa")


def code() -> st.SearchStrategy[Code]:
    return st.sampled_from(CODES).map(lambda name: Code.of(name, SCHEME, name))


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=2).map(tuple)


AUTHORS = some(st.builds(Author, authorPerson=st.none() | st.sampled_from(PEOPLE)))
PATIENT = st.sampled_from((PATIENTS[0], *PATIENTS))
AVAILABLE = st.sampled_from((APPROVED, APPROVED, APPROVED, DEPRECATED))
TIME = st.sampled_from(TIMES)
ENTRY = st.fixed_dictionaries(
    {
        "patientId": PATIENT,
        "availabilityStatus": AVAILABLE,
        "logicalID": st.sampled_from(UUIDS),
        "uniqueId": st.sampled_from(("1.1", "1.2")),
        "objectType": st.sampled_from(
            (STABLE, STABLE, ON_DEMAND, STABLE.upper().replace("URN:UUID", "urn:uuid"))
        ),
        "documentAvailability": st.sampled_from((None, None, ONLINE, OFFLINE)),
        "author": AUTHORS,
        "creationTime": TIME,
        "serviceStartTime": st.none() | TIME,
        "serviceStopTime": st.none() | TIME,
        "referenceIdList": some(st.sampled_from(PEOPLE)),
        "eventCodeList": some(code()),
        "confidentialityCode": some(code()),
        **dict.fromkeys(
            ("classCode", "typeCode", "practiceSettingCode", "healthcareFacilityTypeCode", "formatCode"),
            code(),
        ),
    }
)
SET = st.fixed_dictionaries(
    {
        "patientId": PATIENT,
        "availabilityStatus": AVAILABLE,
        "sourceId": st.sampled_from(("2.1", "2.2")),
        "submissionTime": TIME,
        "author": AUTHORS,
        "contentTypeCode": code(),
    }
)
FOLDERS = st.fixed_dictionaries(
    {
        "patientId": PATIENT,
        "availabilityStatus": AVAILABLE,
        "logicalID": st.sampled_from(UUIDS),
        "lastUpdateTime": st.none() | TIME,
        "codeList": some(code()),
    }
)
LINK = st.fixed_dictionaries({"availabilityStatus": AVAILABLE})
FIRST = (("set", SET), ("folder", FOLDERS), ("entry", ENTRY), ("entry", ENTRY))
FIRST_OBJECTS = st.permutations(FIRST).flatmap(
    lambda kinds: st.tuples(*(st.tuples(st.just(name), changes) for name, changes in kinds))
)
OBJECTS = st.sampled_from((*FIRST, *[("association", LINK)] * 12)).flatmap(
    lambda kind: st.tuples(st.just(kind[0]), kind[1])
)


@st.composite
def registries(draw: st.DrawFn) -> tuple[MetadataObject, ...]:
    """Objects in the order of their registration; of several versions the last alone may be Approved."""
    objects: list[MetadataObject] = []
    more = st.lists(OBJECTS, min_size=5, max_size=len(UUIDS) - len(FIRST))
    for number, (kind, changes) in enumerate((*draw(FIRST_OBJECTS), *draw(more))):
        objects.append(made(draw, number, kind, changes, objects))
    return tuple(
        replace(one, availabilityStatus=DEPRECATED) if superseded(one, objects[n:]) else one
        for n, one in enumerate(objects)
    )


def superseded(one: MetadataObject, later: Sequence[MetadataObject]) -> bool:
    versions = (other for other in later if type(other) is type(one) and other is not one)
    return one.logicalID is not None and any(other.logicalID == one.logicalID for other in versions)


def made(
    draw: st.DrawFn, number: int, kind: str, changes: dict[str, Any], before: Sequence[MetadataObject]
) -> MetadataObject:
    uuid = UUIDS[number]
    if kind == "association":
        type_ = draw(st.sampled_from(TYPES))
        entries = [one.entryUUID for one in before if isinstance(one, DocumentEntry)]
        others = [one.entryUUID for one in before if not isinstance(one, DocumentEntry)]
        sources = others if type_ == AssociationType.HAS_MEMBER else [*entries, *entries, *others[:2]]
        source = draw(st.sampled_from(sources))
        target = draw(
            st.sampled_from((*entries, *entries, *others, UUIDS[-1]))
        )  # perhaps one that is not here
        return an_association(source.lower(), target.lower(), type_, entryUUID=uuid, **changes)
    if kind == "entry":
        return an_entry(number, entryUUID=uuid, **changes)
    make = a_set if kind == "set" else a_folder
    return make(number, entryUUID=uuid, uniqueId=f"3.{number}", **changes)


# --- queries ---------------------------------------------------------------------------------

POOLS: dict[Coding | str, list[str]] = {
    Coding.CODE: [f"{name}^^{SCHEME}" for name in CODES],
    Coding.PATIENT: [*PATIENTS],
    Coding.STATUS: [*STATUS],
    Coding.TIME: [*TIMES],
    Coding.UUID: [*UUIDS],
    Coding.TEXT: [*PATTERNS],
    "$XDSDocumentEntryType": [STABLE, ON_DEMAND],
    "$AssociationTypes": [*TYPES[2:]],
    "$XDSDocumentEntryDocumentAvailability": [ONLINE, OFFLINE],
    "$XDSSubmissionSetSourceId": ["2.1", "2.2"],
    "$XDSDocumentEntryUniqueId": ["1.1", "1.2"],
    "$XDSFolderUniqueId": [f"3.{number}" for number in range(4)],
    "$XDSSubmissionSetUniqueId": [f"3.{number}" for number in range(4)],
}
"""Values by the name of a parameter, or else by its coding."""
COMPOSITE = [query for query in STORED_QUERIES.values() if len(query.steps) > 1]
Question = tuple[StoredQuery, dict[str, list[list[str]]], AdhocQueryRequest]
"""A query of the catalogue, its parameters as values, and the request that asks it."""


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[MetadataObject, ...], Question]:
    """A registry, and a question about what is in it."""
    objects = draw(registries())
    query = draw(st.sampled_from([*STORED_QUERIES.values(), *COMPOSITE, *COMPOSITE]))
    level = draw(st.sampled_from([None, "1", "2"]))
    given = {param.name: draw(values(param, objects)) for param in chosen(draw, query, level)}
    if level is not None and "$MetadataLevel" in query.by_name:
        given["$MetadataLevel"] = [[level]]
    slots = tuple(encode(query.by_name[name], *some) for name, slots in given.items() for some in slots)
    return_type = draw(st.sampled_from((LEAF_CLASS, OBJECT_REF)))
    return objects, (query, given, AdhocQueryRequest(id=query.id, parameters=slots, returnType=return_type))


def values(param: Param, objects: Sequence[MetadataObject]) -> st.SearchStrategy[list[list[str]]]:
    """The values of each slot of the parameter; ids are mostly those of objects that are meant by it."""
    pool = POOLS.get(param.name) or POOLS[param.coding]
    if param.name == "$uuid":
        pool = [one.entryUUID for one in objects if not isinstance(one, Association)]
    elif param.attribute in ("entryUUID", "logicalID"):
        kind = next(kind for kind in (DocumentEntry, SubmissionSet, Folder) if kind.__name__ in param.name)
        meant = [getattr(one, param.attribute) for one in objects if isinstance(one, kind)]
        pool = [*meant, meant[0].upper().replace("URN:UUID", "urn:uuid"), UUIDS[-1]]
    slot = st.lists(st.sampled_from(pool), min_size=1, max_size=3 if param.many else 1)
    return st.lists(slot, min_size=1, max_size=2 if param.every else 1)


def chosen(draw: st.DrawFn, query: StoredQuery, level: str | None) -> list[Param]:
    """Parameters that may be given together, few enough that something is found."""
    ways = [param for param in query.params if param.one_of and (param.level == 1 or level == "2")]
    some_of = [param for param in query.params if param.any_of]
    free = [
        param
        for param in query.params
        if not (param.required or param.one_of or param.coding is Coding.LEVEL)
    ]
    picked = [param for param in query.params if param.required]
    picked += [draw(st.sampled_from(ways))] if ways else []
    picked += [draw(st.sampled_from(some_of))] if some_of else []
    picked += draw(st.lists(st.sampled_from(free), max_size=2)) if free else []
    return list({param.name: param for param in picked}.values())
