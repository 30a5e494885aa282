"""For each rule of a stored query, queries that break it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.stored_queries import (
    FIND_DOCUMENTS,
    FIND_DOCUMENTS_FOR_MULTIPLE_PATIENTS,
    FIND_FOLDERS_FOR_MULTIPLE_PATIENTS,
    GET_DOCUMENTS,
)
from xdsi_sim.rules.query import STORED_QUERY
from xdsi_sim.rules.registry import Verdict, judge
from xdsi_sim.rules.selection import Query
from xdsi_sim.vocab import APPROVED

__all__ = ["BROKEN", "verdict_on"]

_PATIENT, _STATUS = "$XDSDocumentEntryPatientId", "$XDSDocumentEntryStatus"
_CLASS, _FROM = "$XDSDocumentEntryClassCode", "$XDSDocumentEntryCreationTimeFrom"
_TO, _LEVEL = "$XDSDocumentEntryCreationTimeTo", "$MetadataLevel"
_UUID, _UNIQUE, _LOGICAL = (f"$XDSDocumentEntry{name}" for name in ("EntryUUID", "UniqueId", "LogicalID"))
_ID: Final = "('urn:uuid:00000000-0000-4000-8000-000000000001')"
_SLIP: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Approved"


def _find(*more: tuple[str, str], id: str = FIND_DOCUMENTS.id, **given: str) -> AdhocQueryRequest:
    asked = {_PATIENT: "'P1^^^&2.999.1.1&ISO'", _STATUS: f"('{APPROVED}')"}
    slots = (*asked.items(), *more)
    return AdhocQueryRequest(id=id, parameters=tuple(Slot(name, (value,)) for name, value in slots), **given)


def _patients(*values: str) -> AdhocQueryRequest:
    slots = (Slot(_PATIENT, values), Slot(_STATUS, (f"('{APPROVED}')",)))
    return AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots)


def _statuses(*values: str) -> AdhocQueryRequest:
    slots = (Slot(_PATIENT, ("'P1^^^&2.999.1.1&ISO'",)), Slot(_STATUS, values))
    return AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots)


def _get(*slots: tuple[str, str]) -> AdhocQueryRequest:
    return AdhocQueryRequest(
        id=GET_DOCUMENTS.id, parameters=tuple(Slot(name, (value,)) for name, value in slots)
    )


BROKEN: Final[Mapping[str, tuple[AdhocQueryRequest, ...]]] = {
    "I01": (_find(id=FIND_DOCUMENTS_FOR_MULTIPLE_PATIENTS.id), _find(id="urn:x")),
    "I02": (_find(returnType="RegistryObject"),),
    "I03": (_find((_CLASS[1:], "('a^^b')")),),
    "I04": (
        AdhocQueryRequest(id=FIND_DOCUMENTS.id),
        AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=(Slot(_STATUS, (f"('{APPROVED}')",)),)),
    ),
    "I05": (
        _get(),
        _get((_UUID, _ID), (_UNIQUE, "('1.2')")),
        _get((_UUID, _ID), (_UNIQUE, ""), (_LOGICAL, _ID)),
    ),
    "I06": (_patients("'P1^^^&1.2&ISO'", "'P2^^^&1.2&ISO'"), _patients("('P1^^^&1.2&ISO','P2^^^&1.2&ISO')")),
    "I07": (_find((_CLASS, "('a^^b')"), (_CLASS, "('c^^b')")),),
    "I08": (
        AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=(Slot(_CLASS, ()),)),
        _find((_CLASS, f"('a^^b','{'x' * 300}^^b')")),
        _find((_FROM, "'2024'")),
        _find((_CLASS, "('a^^b")),
        _find((_CLASS, "a^^b")),
        _get((_UNIQUE, "('a',b)")),
        _patients("('P1^^^&1.2&ISO')"),
    ),
    "I09": tuple(_find((_CLASS, f"('{code}')")) for code in ("a", "a^^", "^^b", "a^b", "a^^b^^c")),
    "I10": (_find((_FROM, "20241301")), _find((_TO, "2023"), (_FROM, "2024"))),
    "I11": (_statuses("('urn:x','urn:y')"), _statuses(f"('urn:x','{APPROVED}')")),
    "I12": (_statuses(f"('{_SLIP}')"), _statuses(f"('{_SLIP}','{APPROVED}')")),
    "I13": (_patients("'P1'"),),
    "I14": (_get((_UUID, "('00000000-0000-4000-8000-000000000001')")),),
    "I15": (_find(("$XDSDocumentEntryDocumentAvailability", "('Online')")),),
    "I16": (_find(("$x", "'a'")), _find((f"{_PATIENT}Scheme", "'1.2'"))),
    "I19": (
        AdhocQueryRequest(id=FIND_DOCUMENTS_FOR_MULTIPLE_PATIENTS.id),
        AdhocQueryRequest(id=FIND_FOLDERS_FOR_MULTIPLE_PATIENTS.id),
    ),
    "I33": (_find((_LEVEL, "3")), _get((_LOGICAL, _ID)), _get((_LOGICAL, _ID), (_LEVEL, "1"))),
    "I34": (_find((f"{_CLASS}Scheme", "'1.2'")),),
}


def verdict_on(rule: str, number: int, *, strict: bool = True) -> Verdict:
    """All that is wrong with an example."""
    transaction = "ITI-51" if rule == "I19" else "ITI-18"
    query = Query.of(BROKEN[rule][number], transaction, strict=strict)
    return judge([(query, STORED_QUERY)])
