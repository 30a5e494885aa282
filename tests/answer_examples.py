"""Answers as they are received, sound and for each rule one that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from submissions import PATIENT, a_folder, a_set, an_association, an_entry, uuid

from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import MetadataObject, Slot
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.errors import Finding
from xdsi_sim.messages.discovery import DiscoveryRequest, DiscoveryResponse, Match
from xdsi_sim.messages.patient_feed import Ii
from xdsi_sim.messages.prpa_discovery import (
    header_of_discovery,
    read_discovery_response,
    with_header,
    write_discovery_response,
)
from xdsi_sim.messages.query import AdhocQueryRequest, read_query_response
from xdsi_sim.messages.response import read_registry_response
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest, read_retrieve_response
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS
from xdsi_sim.rules.answers import check_answer
from xdsi_sim.rules.registry import Verdict
from xdsi_sim.vocab import APPROVED, DEPRECATED, FAILURE, NS, PARTIAL_SUCCESS, SEVERITY_ERROR, SUCCESS

HOME: Final = "urn:oid:2.999.1"
WARNING: Final = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning"


def errors(*attributes: str, highest: str = "", content: str = "") -> str:
    """A RegistryErrorList with an error for each text of attributes."""
    items = "".join(f"<rs:RegistryError {text}>{content}</rs:RegistryError>" for text in attributes)
    worst = f' highestSeverity="{highest}"' if highest else ""
    return f'<rs:RegistryErrorList xmlns:rs="{NS.RS}"{worst}>{items}</rs:RegistryErrorList>'


def error(
    code: str = "XDSRegistryError",
    context: str = "it is 2.999.2.1",
    severity: str = SEVERITY_ERROR,
    location: str | None = None,
) -> str:
    place = "" if location is None else f' location="{location}"'
    return f'errorCode="{code}" codeContext="{context}" severity="{severity}"{place}'


def registered(status: str | None = SUCCESS, inside: str = "") -> Element:
    given = "" if status is None else f' status="{status}"'
    return parse(f'<rs:RegistryResponse xmlns:rs="{NS.RS}"{given}>{inside}</rs:RegistryResponse>'.encode())


def found(*objects: MetadataObject | str, status: str = SUCCESS, inside: str = "") -> Element:
    """An AdhocQueryResponse with these objects; texts are references or elements to the letter."""
    fragments = "".join(
        one if isinstance(one, str) else write_object(one, permanent=True).decode() for one in objects
    )
    return parse(
        f'<query:AdhocQueryResponse xmlns:query="{NS.QUERY}" status="{status}">{inside}'
        f'<rim:RegistryObjectList xmlns:rim="{NS.RIM}">{fragments}</rim:RegistryObjectList>'
        "</query:AdhocQueryResponse>".encode()
    )


def ref(number: int) -> str:
    return f'<rim:ObjectRef id="{uuid(number)}"/>'


def document(id: str = "2.999.2.1", repository: str = "2.999.1.3", home: str | None = None) -> str:
    given = "" if home is None else f"<HomeCommunityId>{home}</HomeCommunityId>"
    return (
        f"<DocumentResponse>{given}<RepositoryUniqueId>{repository}</RepositoryUniqueId>"
        f"<DocumentUniqueId>{id}</DocumentUniqueId><mimeType>text/plain</mimeType>"
        "<Document>dGV4dA==</Document></DocumentResponse>"
    )


def delivered(*documents: str, status: str = SUCCESS, inside: str = "") -> Element:
    return parse(
        f'<RetrieveDocumentSetResponse xmlns="{NS.XDS}"><rs:RegistryResponse xmlns:rs="{NS.RS}" '
        f'status="{status}">{inside}</rs:RegistryResponse>{"".join(documents)}'
        "</RetrieveDocumentSetResponse>".encode()
    )


DISCOVERED: Final = Match(patientId=Ii("2.999.1.1", "P1"), homeCommunityId=HOME)


def discovered(*matches: Match, queryResponseCode: str = "OK", timeToLive: str | None = None) -> Element:
    """An answer of ITI-55 behind its header."""
    answer = DiscoveryResponse(
        acknowledgement="AA",
        queryResponseCode=queryResponseCode,
        matches=matches,
        timeToLive=timeToLive,
        queryId=Ii("2.999.9"),
    )
    header = f"<Header>{header_of_discovery(answer)}</Header>".encode()
    return parse(b"<Envelope>" + header + write_discovery_response(answer) + b"</Envelope>")[1]


def asked(*ids: str, home: str | None = None) -> RetrieveDocumentSetRequest:
    return RetrieveDocumentSetRequest(
        requests=tuple(
            DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=id, homeCommunityId=home)
            for id in ids or ("2.999.2.1",)
        )
    )


def find(returnType: str = "LeafClass", **parameters: str) -> AdhocQueryRequest:
    given = {
        "$XDSDocumentEntryPatientId": f"'{PATIENT}'",
        "$XDSDocumentEntryStatus": f"('{APPROVED}')",
        **{f"$XDSDocumentEntry{name}": value for name, value in parameters.items()},
    }
    slots = tuple(Slot(name, (value,)) for name, value in given.items())
    return AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots, returnType=returnType)


ENTRY: Final = an_entry(availabilityStatus=APPROVED)
BARE: Final = (
    f'<rim:ExtrinsicObject id="{uuid(5)}" status="{APPROVED}"><rim:Classification id="x" '
    'classificationScheme="urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a" nodeRepresentation="c"/>'
    "</rim:ExtrinsicObject>"
)

Example = tuple[str, Element, Any]
SOUND: Final[dict[str, Example]] = {
    "a submission that was taken": ("ITI-42", registered(), None),
    "a submission that was refused": (
        "ITI-42",
        registered(FAILURE, errors(error("XDSRegistryMetadataError"), highest=SEVERITY_ERROR)),
        None,
    ),
    "a warning beside a success": (
        "ITI-41",
        registered(SUCCESS, errors(error("DocumentQueued", severity=WARNING), highest=WARNING)),
        None,
    ),
    "entries that were asked for": ("ITI-18", found(ENTRY), find()),
    "entries whose request is not known": ("ITI-18", found(ENTRY), None),
    "nothing found": ("ITI-18", found(), find()),
    "references that were asked for": ("ITI-18", found(ref(1)), find("ObjectRef")),
    "objects with what they refer to": (
        "ITI-18",
        found(
            replace(an_association(uuid(100), uuid(1)), availabilityStatus=APPROVED),
            ref(1),
        ),
        AdhocQueryRequest(
            id="urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155",
            parameters=(Slot("$uuid", (f"('{uuid(100)}')",)),),
        ),
    ),
    "documents that were asked for": ("ITI-43", delivered(document()), asked()),
    "a document and an error": (
        "ITI-43",
        delivered(
            document(),
            status=PARTIAL_SUCCESS,
            inside=errors(error("XDSDocumentUniqueIdError", "2.999.2.2 is not here", location="2.999.2.2")),
        ),
        asked("2.999.2.1", "2.999.2.2"),
    ),
    "an entry of a gateway": ("ITI-38", found(replace(ENTRY, homeCommunityId=HOME)), find()),
    "a document of a gateway": ("ITI-39", delivered(document(home=HOME)), asked(home=HOME)),
    "a patient of another community": ("ITI-55", discovered(DISCOVERED, timeToLive="PT1H"), None),
}
BROKEN: Final[dict[str, Example]] = {
    "J01": ("ITI-42", registered("Success"), None),
    "J02": ("ITI-42", registered(PARTIAL_SUCCESS), None),
    "J03": ("ITI-42", registered(FAILURE), None),
    "J04": ("ITI-42", registered(FAILURE, errors('errorCode="XDSRegistryError"')), None),
    "J05": ("ITI-42", registered(FAILURE, errors(error(severity="Error"))), None),
    "J06": ("ITI-42", registered(FAILURE, errors(error(), highest=WARNING)), None),
    "J07": ("ITI-42", registered(FAILURE, errors(error("XDSUnknownStoredQuery"))), None),
    "J08": ("ITI-42", registered(FAILURE, errors(error("XDSReplaceFailed"))), None),
    "J09": ("ITI-42", registered(FAILURE, errors(error("XDSUnknownPatientId", "P1 is not known"))), None),
    "J10": (
        "ITI-18",
        parse(f'<q:AdhocQueryResponse xmlns:q="{NS.QUERY}" status="{SUCCESS}"/>'.encode()),
        None,
    ),
    "C25": ("ITI-18", found(ENTRY, BARE), None),
    "I23": ("ITI-18", found(replace(ENTRY, classCode=None)), None),
    "I24": ("ITI-18", found(an_entry()), None),
    "I25": ("ITI-18", found(ref(1)), find()),
    "I26": ("ITI-18", found(ENTRY, status=FAILURE, inside=errors(error())), None),
    "I27": ("ITI-18", found(replace(ENTRY, availabilityStatus=DEPRECATED)), find()),
    "I29": ("ITI-38", found(ENTRY), None),
    "I30": ("ITI-38", found(status=FAILURE, inside=errors(error(location="here"))), None),
    "H06": ("ITI-43", delivered(document()), asked(home=HOME)),
    "H07": ("ITI-43", delivered(document("2.999.2.9"), document()), asked()),
    "H08": ("ITI-43", delivered(document()), asked("2.999.2.1", "2.999.2.2")),
    "H09": ("ITI-43", delivered(document(), status=PARTIAL_SUCCESS), asked()),
    "H10": (
        "ITI-43",
        delivered(
            document(),
            status=FAILURE,
            inside=errors(error("XDSDocumentUniqueIdError", location="2.999.2.2")),
        ),
        asked(),
    ),
    "N05": ("ITI-55", discovered(DISCOVERED, queryResponseCode="NF"), None),
    "N06": ("ITI-55", discovered(replace(DISCOVERED, homeCommunityId="north")), None),
    "N07": (
        "ITI-55",
        discovered(DISCOVERED),
        DiscoveryRequest(id=Ii("2.999.1"), queryId=Ii("2.999.2"), ids=(Ii("2.999.3", "P1"),)),
    ),
    "N08": ("ITI-55", discovered(DISCOVERED, timeToLive="an hour"), None),
}

_PARTIAL: Final = errors(error("XDSDocumentUniqueIdError", location="2.999.2.1"))
_NOBODY: Final = errors(error("XDSDocumentUniqueIdError", location=""))
MORE: Final[tuple[tuple[str, Example], ...]] = (
    ("J01", ("ITI-42", registered(None), None)),
    ("J03", ("ITI-42", registered(inside=errors(error())), None)),
    ("J04", ("ITI-42", registered(FAILURE, errors(error(), content="x")), None)),
    ("J04", ("ITI-42", registered(FAILURE, errors('codeContext=" "')), None)),
    ("J05", ("ITI-42", registered(FAILURE, errors(error(), highest="Error")), None)),
    ("J07", ("ITI-42", registered(FAILURE, errors(error("MyOwnError"))), None)),
    ("J07", ("ITI-42", registered(FAILURE, errors(error("XDSRegistryBusy", severity=WARNING))), None)),
    ("I25", ("ITI-18", found(ENTRY), find("ObjectRef"))),
    ("I27", ("ITI-18", found(a_folder(availabilityStatus=APPROVED)), find())),
    ("I27", ("ITI-18", found(ENTRY), find(ClassCode="('a^^b','c^^d','e^^f','g^^h','i^^j')"))),
    ("I27", ("ITI-18", found(ENTRY), find(CreationTimeFrom="2025", CreationTimeTo="2023"))),
    ("I27", ("ITI-18", found(ENTRY), find(AuthorPerson="('%Nobody%')"))),
    ("H06", ("ITI-43", delivered(document(home="urn:oid:2.999.9")), asked(home=HOME))),
    ("H06", ("ITI-43", delivered(document(home=HOME)), asked())),
    ("H06", ("ITI-39", delivered(document()), None)),
    ("H07", ("ITI-43", delivered(document("", "")), None)),
    ("H08", ("ITI-43", delivered(status=FAILURE, inside=_NOBODY), None)),
    ("H09", ("ITI-43", delivered(status=PARTIAL_SUCCESS, inside=_PARTIAL), asked())),
    ("H09", ("ITI-43", delivered(), None)),
    ("N05", ("ITI-55", discovered(queryResponseCode="OK"), None)),
    ("N05", ("ITI-55", discovered(DISCOVERED, queryResponseCode="XX"), None)),
    ("N06", ("ITI-55", discovered(replace(DISCOVERED, patientId=Ii("2.999.1.1"))), None)),
)
"""Other ways to break some of the rules."""

_READERS: Final[dict[str, Callable[[Element], Any]]] = {
    "RegistryResponse": read_registry_response,
    "AdhocQueryResponse": read_query_response,
    "RetrieveDocumentSetResponse": lambda element: read_retrieve_response(
        element, lambda item: BytesContent((item.text or "").encode())
    ),
    "PRPA_IN201306UV02": lambda element: with_header(read_discovery_response(element), element.getprevious()),
}


def verdict_on(example: Example) -> Verdict:
    """All that is wrong with an answer."""
    transaction, element, request = example
    value = _READERS[str(element.tag).rpartition("}")[2]](element)
    return check_answer(transaction, element, value, request, objects=True)


def findings_of(example: Example) -> tuple[Finding, ...]:
    """All that the rules find in an answer."""
    return verdict_on(example).findings


def rules_of(example: Example) -> set[str]:
    return {finding.rule for finding in findings_of(example)}


__all__ = ["BROKEN", "MORE", "SOUND", "a_folder", "a_set", "findings_of", "rules_of", "verdict_on"]
