"""A search of FHIR as values: read from its parameters, and put to a registry as stored queries.

A stored query leaves out what it can; `Search.fits` then decides about each object by the terms of FHIR.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from xdsi_sim.ebrim.datatypes import HOME_COMMUNITY_ID
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.fhir.identifiers import cx, patient_from_id, unique_ids, urn_uuid
from xdsi_sim.fhir.outcome import Issue, Rejected
from xdsi_sim.fhir.search_params import (
    DOCUMENT_PARAMS,
    FOLDER_PARAMS,
    GENERAL,
    PATIENT,
    SET_PARAMS,
    TARGETS,
)
from xdsi_sim.fhir.search_terms import Asked, Known, SearchParam
from xdsi_sim.fhir.values import LIST_TYPES
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.stored_queries import (
    FIND_DOCUMENTS,
    FIND_DOCUMENTS_BY_REFERENCE_ID,
    FIND_FOLDERS,
    FIND_SUBMISSION_SETS,
    GET_DOCUMENTS,
    GET_FOLDERS,
    GET_SUBMISSION_SET_AND_CONTENTS,
    StoredQuery,
    encode,
)
from xdsi_sim.vocab import ON_DEMAND, STABLE

__all__ = [
    "DOCUMENTS",
    "FOLDERS",
    "INCLUDES",
    "SETS",
    "SORTS",
    "Finding",
    "Paging",
    "Search",
    "Target",
    "read_document_search",
    "read_list_search",
]

_LONGEST_PAGE: Final = 1_000
_USUAL_PAGE: Final = 100
_DIGITS: Final = 9
_COMMA: Final = re.compile(r"(?<!\\),")
_REFERENCES: Final = ("related", "related:identifier", "study-instance-uid", "accession-number")
SORTS: Final[Mapping[str, str]] = {
    "creation": "creationTime",
    "date": "creationTime",
    "period": "serviceStartTime",
    "type": "typeCode",
    "_id": "entryUUID",
}
"""Attributes by what `_sort` names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A kind of object that a search may be for."""

    resource: str
    params: Mapping[str, SearchParam]
    find: StoredQuery
    get: StoredQuery
    """By ids."""
    prefix: str
    """Of the names of its parameters in stored queries."""


DOCUMENTS: Final = Target(
    resource="DocumentReference",
    params=DOCUMENT_PARAMS,
    find=FIND_DOCUMENTS,
    get=GET_DOCUMENTS,
    prefix="$XDSDocumentEntry",
)
SETS: Final = Target(
    resource="List",
    params=SET_PARAMS,
    find=FIND_SUBMISSION_SETS,
    get=GET_SUBMISSION_SET_AND_CONTENTS,
    prefix="$XDSSubmissionSet",
)
FOLDERS: Final = Target(
    resource="List", params=FOLDER_PARAMS, find=FIND_FOLDERS, get=GET_FOLDERS, prefix="$XDSFolder"
)
_LISTS: Final = {"submissionset": SETS, "folder": FOLDERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which part of what is found is given, and in which order."""

    count: int = _USUAL_PAGE
    offset: int = 0
    sort: tuple[str, ...] = ()
    only_count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One stored query, and whether it has to be put to each community by name."""

    request: AdhocQueryRequest
    by_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a client asks for."""

    targets: tuple[Target, ...]
    patientId: str | None = None
    """None where objects are asked for by their ids."""
    asked: tuple[Asked, ...] = ()
    communities: tuple[str, ...] | None = None
    """homeCommunityIds; None is all."""
    paging: Paging = field(default_factory=Paging)
    includes: frozenset[str] = frozenset()
    """`List:item` and the like, `_revinclude` with a `<` before it."""
    issues: tuple[Issue, ...] = ()
    """What is not done of what is asked."""
    used: tuple[tuple[str, str], ...] = ()
    """Parameters that are understood, as they came."""

    def asks(self, *names: str) -> tuple[Asked, ...]:
        """All that is asked by these parameters."""
        return tuple(each for each in self.asked if each.name in names)

    def fits(self, object: Any, target: Target, known: Known) -> bool:
        """Whether an object that stored queries gave is one that is asked for."""
        comparable = object.homeCommunityId in (None, known.home)
        by_id = bool(self.asks("identifier", "_id"))
        if by_id and comparable and self.patientId not in (None, object.patientId):
            return False
        return all(
            any(target.params[each.name].fits(object, value, known) for value in each.values)
            for each in self.asked
        )

    def queries(self, target: Target, known: Known) -> Iterator[Finding]:
        """The stored queries that find it all, and perhaps more; raises Rejected for values that are none."""
        issues: list[Issue] = []
        slots = [slot for name in target.params for slot in self._slots(target.params[name], known, issues)]
        if issues:
            raise Rejected(*issues)
        ids = self.asks("identifier", "_id")
        if ids:
            yield from _by_ids(target, ids[0])
        elif self.patientId is not None:
            yield Finding(request=self._find(target, slots))

    def _slots(self, param: SearchParam, known: Known, issues: list[Issue]) -> Sequence[Slot]:
        asked = self.asks(param.name)
        try:
            return tuple(param.narrow(asked, known)) if asked else ()
        except ValueError as error:
            issues.append(Issue("value", f"{param.name}: {error}", expression=param.name))
            return ()

    def _find(self, target: Target, slots: Sequence[Slot]) -> AdhocQueryRequest:
        query = target.find
        if target is DOCUMENTS and self.asks(*_REFERENCES):
            query = FIND_DOCUMENTS_BY_REFERENCE_ID
        params = {param.name: param for param in query.params}
        patient = encode(params[f"{target.prefix}PatientId"], self.patientId or "")
        types = (encode(params["$XDSDocumentEntryType"], STABLE, ON_DEMAND),) if target is DOCUMENTS else ()
        where = (
            (Slot(f"${TARGETS}", tuple(f"('{each}')" for each in self.communities)),)
            if self.communities is not None
            else ()
        )
        return AdhocQueryRequest(id=query.id, parameters=(patient, *slots, *types, *where))


def _by_ids(target: Target, asked: Asked) -> Iterator[Finding]:
    uuids: list[str | None] = []
    uniques: list[str] = []
    for value in asked.values:
        system, bar, rest = value.rpartition("|")
        if asked.name == "_id" or rest.startswith("urn:uuid:"):
            uuids.append(urn_uuid(rest.removeprefix("urn:uuid:")))
        if asked.name != "_id":
            uniques += unique_ids({"system": system if bar else "", "value": rest})
    query = target.get
    for name, ids in (("EntryUUID", uuids), ("UniqueId", uniques)):
        known = [id for id in ids if id]
        param = next(each for each in query.params if each.name == f"{target.prefix}{name}")
        for id in known:  # one by one: together they would have to be of one patient
            yield Finding(request=AdhocQueryRequest(id=query.id, parameters=(encode(param, id),)), by_id=True)


# --- reading ---------------------------------------------------------------------------------


def read_document_search(
    query: Iterable[tuple[str, str]], *, authority: str | None, strict: bool = False
) -> Search:
    """ITI-67; raises Rejected. If `strict`, so it does for what it does not understand."""
    return _Reader(authority, strict).read(query, (DOCUMENTS,), required=("status",))


def read_list_search(
    query: Iterable[tuple[str, str]], *, authority: str | None, strict: bool = False
) -> Search:
    """ITI-66, the same."""
    pairs = tuple(query)
    wanted = [value for name, value in pairs if name == "code"]
    rest = [(name, value) for name, value in pairs if name != "code"]
    reader = _Reader(authority, strict)
    if not wanted:
        reader.error("required", "a search of List says which, by code: submissionset or folder", "code")
    targets = tuple(
        target
        for code, target in _LISTS.items()
        if all(any(_names(each, code) for each in _split(value)) for value in wanted)
    )
    reader.used += [("code", value) for value in wanted]
    return reader.read(rest, targets or (SETS,), required=("status",))


def _names(token: str, code: str) -> bool:
    system, bar, value = token.rpartition("|")
    return value in ("", code) and (not bar or system == LIST_TYPES)


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.replace("\\,", ",").strip() for part in _COMMA.split(value) if part.strip())


class _Reader:
    """Takes parameters one by one, and keeps what is wrong with them."""

    def __init__(self, authority: str | None, strict: bool) -> None:
        self.authority = authority
        self.strict = strict
        self.errors: list[Issue] = []
        self.issues: list[Issue] = []
        self.used: list[tuple[str, str]] = []
        self.asked: list[Asked] = []
        self.patients: list[str] = []
        self.communities: list[str] | None = None
        self.paging: dict[str, Any] = {}
        self.includes: set[str] = set()

    def error(self, code: str, text: str, name: str) -> None:
        """The search will be refused, and this is one reason."""
        self.errors.append(Issue(code, text, expression=name))

    def ignored(self, text: str, name: str) -> None:
        """What is not understood is told, or refused where the client or the actor is strict."""
        if self.strict:
            self.error("not-supported", text, name)
        else:
            self.issues.append(Issue("not-supported", text, severity="warning", expression=name))

    def read(
        self, query: Iterable[tuple[str, str]], targets: tuple[Target, ...], required: tuple[str, ...]
    ) -> Search:
        """The search that the parameters mean; raises Rejected with all that is wrong in them."""
        names = {name for target in targets for name in target.params}
        for name, value in query:
            self._take(name, value, names)
        self._check(required)
        if self.errors:
            raise Rejected(*self.errors)
        # what one kind of List has no parameter for, none of that kind fits
        fitting = tuple(each for each in targets if all(one.name in each.params for one in self.asked))
        return Search(
            targets=fitting,
            patientId=self.patients[0] if self.patients else None,
            asked=tuple(self.asked),
            communities=None if self.communities is None else tuple(self.communities),
            paging=Paging(**self.paging),
            includes=frozenset(self.includes),
            issues=tuple(self.issues),
            used=tuple(self.used),
        )

    def _check(self, required: tuple[str, ...]) -> None:
        if any(each.name in ("identifier", "_id") for each in self.asked):
            return
        if not self.patients and not self.errors:
            self.error("required", "a search names a patient, by patient or patient.identifier", "patient")
        for name in required:
            if all(each.name != name for each in self.asked):
                self.error("required", f"a search says which status, as {name}=current", name)
        if len(set(self.patients)) > 1:
            self.error("value", "a search is about one patient", "patient")

    def _take(self, name: str, value: str, names: set[str]) -> None:
        if name in PATIENT:
            self._patient(name, value)
        elif name == TARGETS:
            self._communities(value)
        elif name in GENERAL:
            self._general(name, value)
            return
        elif name in names:
            if not (alternatives := _split(value)):
                self.error("value", f"{name} has no value", name)
            self.asked.append(Asked(name, alternatives))
        else:
            known = name.partition(":")[0]
            text = f"the modifier of {name} is not supported" if known in names else f"{name} is not known"
            self.ignored(f"{text}: the search goes on without it" if not self.strict else text, name)
            return
        self.used.append((name, value))

    def _patient(self, name: str, value: str) -> None:
        try:
            if PATIENT[name] == "token":
                system, _, id = value.rpartition("|")
                found = cx({"system": system or None, "value": id}, self.authority)
            else:
                found = patient_from_id(value.rstrip("/").rpartition("/")[2], self.authority)
            if found is None:
                raise ValueError(f"'{value}' names no patient")
        except ValueError as error:
            self.error("value", f"{name}: {error}", name)
        else:
            self.patients.append(found)

    def _communities(self, value: str) -> None:
        named = [each if each.startswith("urn:oid:") else f"urn:oid:{each}" for each in _split(value)]
        wrong = [each for each in named if not HOME_COMMUNITY_ID.fullmatch(each)]
        for each in wrong:
            self.error("value", f"'{each}' is no homeCommunityId, such as urn:oid:2.999.1", TARGETS)
        self.communities = [*(self.communities or ()), *named]

    def _general(self, name: str, value: str) -> None:
        if name in ("_count", "_offset"):
            self._number(name, value)
        elif name == "_sort":
            self._sort(value)
        elif name == "_summary":
            self.paging["only_count"] = value == "count"
            if value not in ("count", "false"):
                self.ignored(f"_summary={value[:40]} is not supported; count is", name)
        elif name in ("_include", "_revinclude"):
            self._include(name, value)
        if name not in ("_offset", "_pretty"):
            self.used.append((name, value))

    def _number(self, name: str, value: str) -> None:
        if not value.isascii() or not value.isdecimal() or len(value) > _DIGITS:
            self.error("value", f"{name} is a number, not '{value[:40]}'", name)
        elif name == "_count":
            self.paging["count"] = min(int(value), _LONGEST_PAGE)
            self.paging["only_count"] = int(value) == 0
        else:
            self.paging["offset"] = int(value)

    def _include(self, name: str, value: str) -> None:
        found = f"<{value}" if name == "_revinclude" else value
        if found in INCLUDES:
            self.includes.add(found)
        else:
            self.ignored(f"{name}={value[:60]} is not supported", name)

    def _sort(self, value: str) -> None:
        keys = _split(value)
        unknown = [key for key in keys if key.removeprefix("-") not in SORTS]
        for key in unknown:
            self.ignored(f"_sort={key[:40]} is not supported; {', '.join(SORTS)} are", "_sort")
        self.paging["sort"] = tuple(key for key in keys if key not in unknown)


INCLUDES: Final = frozenset(("List:item", "<List:item", "DocumentReference:relatesto"))
"""What else a client may get with what it finds; `_revinclude` with a `<` before it."""
