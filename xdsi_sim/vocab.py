"""Every namespace, OID, UUID, URN and action that the transactions name. No logic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = [
    "ACTIONS",
    "ANONYMOUS",
    "APPROVED",
    "DEPRECATED",
    "FAILURE",
    "FHIR_SYSTEMS",
    "NO_REPLY",
    "NS",
    "OFFLINE",
    "ONLINE",
    "ON_DEMAND",
    "PARTIAL_SUCCESS",
    "SEVERITY_ERROR",
    "SEVERITY_WARNING",
    "STABLE",
    "SUCCESS",
    "TRANSACTIONS",
    "WSA_FAULT_ACTION",
    "WSA_SOAP_FAULT_ACTION",
    "Association",
    "CodingScheme",
    "ReferenceIdType",
    "Transaction",
]


class NS:
    """Namespaces by their usual prefix."""

    SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
    SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
    WSA: Final = "http://www.w3.org/2005/08/addressing"
    XOP: Final = "http://www.w3.org/2004/08/xop/include"
    LCM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
    RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
    RS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
    QUERY: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
    XDS: Final = "urn:ihe:iti:xds-b:2007"
    XDSI: Final = "urn:ihe:rad:xdsi-b:2009"
    RMD: Final = "urn:ihe:iti:rmd:2017"
    HL7: Final = "urn:hl7-org:v3"
    XCPD: Final = "urn:ihe:iti:xcpd:2009"


ANONYMOUS: Final = "http://www.w3.org/2005/08/addressing/anonymous"
NO_REPLY: Final = "http://www.w3.org/2005/08/addressing/none"
WSA_FAULT_ACTION: Final = "http://www.w3.org/2005/08/addressing/fault"
WSA_SOAP_FAULT_ACTION: Final = "http://www.w3.org/2005/08/addressing/soap/fault"

# Response status and severity (ITI TF-3: 4.2.4)
SUCCESS: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
FAILURE: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"
PARTIAL_SUCCESS: Final = "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"
SEVERITY_ERROR: Final = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"
SEVERITY_WARNING: Final = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning"

# availabilityStatus and objectType (ITI TF-3: 4.2.3.2.2, 4.2.5.2)
APPROVED: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
DEPRECATED: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
STABLE: Final = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
ON_DEMAND: Final = "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248"

# documentAvailability
ONLINE: Final = "urn:ihe:iti:2010:DocumentAvailability:Online"
OFFLINE: Final = "urn:ihe:iti:2010:DocumentAvailability:Offline"


class Association:
    """Association types (ITI TF-3: 4.2.2)."""

    HAS_MEMBER: Final = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
    RPLC: Final = "urn:ihe:iti:2007:AssociationType:RPLC"
    XFRM: Final = "urn:ihe:iti:2007:AssociationType:XFRM"
    APND: Final = "urn:ihe:iti:2007:AssociationType:APND"
    XFRM_RPLC: Final = "urn:ihe:iti:2007:AssociationType:XFRM_RPLC"
    SIGNS: Final = "urn:ihe:iti:2007:AssociationType:signs"
    IS_SNAPSHOT_OF: Final = "urn:ihe:iti:2010:AssociationType:IsSnapshotOf"
    UPDATE_AVAILABILITY_STATUS: Final = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"
    SUBMIT_ASSOCIATION: Final = "urn:ihe:iti:2010:AssociationType:SubmitAssociation"


class ReferenceIdType:
    """CXi.5 of referenceIdList (ITI TF-3: 4.2.3.2.28)."""

    ACCESSION: Final = "urn:ihe:iti:xds:2013:accession"
    ORDER: Final = "urn:ihe:iti:xds:2013:order"
    STUDY_INSTANCE_UID: Final = "urn:ihe:iti:xds:2016:studyInstanceUID"


class CodingScheme:
    """OIDs of coding schemes as metadata writes them, bare."""

    DCM: Final = "1.2.840.10008.2.16.4"
    DICOM_UID: Final = "1.2.840.10008.2.6.1"
    SNOMED_CT: Final = "2.16.840.1.113883.6.96"
    LOINC: Final = "2.16.840.1.113883.6.1"
    CONFIDENTIALITY: Final = "2.16.840.1.113883.5.25"
    IHE_FORMAT: Final = "1.3.6.1.4.1.19376.1.2.3"
    IHE_RAD_CLASS: Final = "1.3.6.1.4.1.19376.1.2.6.1"


FHIR_SYSTEMS: Final = {
    "http://dicom.nema.org/resources/ontology/DCM": CodingScheme.DCM,
    "http://dicom.nema.org/resources/ontology/DCMUID": CodingScheme.DICOM_UID,
    "http://snomed.info/sct": CodingScheme.SNOMED_CT,
    "http://loinc.org": CodingScheme.LOINC,
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality": CodingScheme.CONFIDENTIALITY,
    "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode": CodingScheme.IHE_FORMAT,
    "http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem": CodingScheme.IHE_FORMAT,  # its older name
    "http://terminology.hl7.org/CodeSystem/hl7-document-format-codes": "2.16.840.1.113883.4.642.1.1407",
    "http://terminology.hl7.org/CodeSystem/v3-ActCode": "2.16.840.1.113883.5.4",
    "http://terminology.hl7.org/CodeSystem/v3-RoleCode": "2.16.840.1.113883.5.111",
    "http://hl7.org/fhir/sid/icd-10": "2.16.840.1.113883.6.3",
    "http://unitsofmeasure.org": "2.16.840.1.113883.6.8",
    "http://www.ama-assn.org/go/cpt": "2.16.840.1.113883.6.12",
    "http://www.radlex.org": "2.16.840.1.113883.6.256",
}
"""OIDs of coding schemes by the URI that FHIR has for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What goes over the wire in one SOAP transaction."""

    name: str
    request: str
    """Expanded name of the request's element, `{namespace}local`."""
    response: str
    action: str
    response_action: str
    mtom: bool
    """Request and answer travel as MTOM (else as plain SOAP)."""
    operation: str
    """WSDL operation."""
    other_response_actions: tuple[str, ...] = ()
    """Those that peers are known to answer with as well."""


_ADHOC = f"{{{NS.QUERY}}}AdhocQueryRequest", f"{{{NS.QUERY}}}AdhocQueryResponse"
_SUBMIT = f"{{{NS.LCM}}}SubmitObjectsRequest", f"{{{NS.RS}}}RegistryResponse"
_REMOVE = f"{{{NS.LCM}}}RemoveObjectsRequest", f"{{{NS.RS}}}RegistryResponse"
_REMOVE_DOCUMENTS = f"{{{NS.RMD}}}RemoveDocumentsRequest", f"{{{NS.RS}}}RegistryResponse"
_PROVIDE = f"{{{NS.XDS}}}ProvideAndRegisterDocumentSetRequest", f"{{{NS.RS}}}RegistryResponse"
_RETRIEVE = f"{{{NS.XDS}}}RetrieveDocumentSetRequest", f"{{{NS.XDS}}}RetrieveDocumentSetResponse"
_IMAGING = f"{{{NS.XDSI}}}RetrieveImagingDocumentSetRequest", f"{{{NS.XDS}}}RetrieveDocumentSetResponse"


def _feed(event: str, interaction: str) -> Transaction:
    """One interaction of ITI-44: its root, its action and its operation are named alike."""
    return Transaction(
        name=f"ITI-44 {event}",
        request=f"{{{NS.HL7}}}{interaction}",
        response=f"{{{NS.HL7}}}MCCI_IN000002UV01",
        action=f"{NS.HL7}:{interaction}",
        response_action=f"{NS.HL7}:MCCI_IN000002UV01",
        mtom=False,
        operation=f"DocumentRegistry_{interaction}",
    )


TRANSACTIONS: Final = {
    transaction.name: transaction
    for transaction in (
        Transaction(
            name="ITI-18",
            request=_ADHOC[0],
            response=_ADHOC[1],
            action="urn:ihe:iti:2007:RegistryStoredQuery",
            response_action="urn:ihe:iti:2007:RegistryStoredQueryResponse",
            mtom=False,
            operation="DocumentRegistry_RegistryStoredQuery",
        ),
        Transaction(
            name="ITI-38",
            request=_ADHOC[0],
            response=_ADHOC[1],
            action="urn:ihe:iti:2007:CrossGatewayQuery",
            response_action="urn:ihe:iti:2007:CrossGatewayQueryResponse",
            mtom=False,
            operation="RespondingGateway_CrossGatewayQuery",
        ),
        Transaction(
            name="ITI-39",
            request=_RETRIEVE[0],
            response=_RETRIEVE[1],
            action="urn:ihe:iti:2007:CrossGatewayRetrieve",
            response_action="urn:ihe:iti:2007:CrossGatewayRetrieveResponse",
            mtom=True,
            operation="RespondingGateway_CrossGatewayRetrieve",
        ),
        Transaction(
            name="ITI-41",
            request=_PROVIDE[0],
            response=_PROVIDE[1],
            action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
            response_action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
            mtom=True,
            operation="DocumentRepository_ProvideAndRegisterDocumentSet-b",
        ),
        Transaction(
            name="ITI-42",
            request=_SUBMIT[0],
            response=_SUBMIT[1],
            action="urn:ihe:iti:2007:RegisterDocumentSet-b",
            response_action="urn:ihe:iti:2007:RegisterDocumentSet-bResponse",
            mtom=False,
            operation="DocumentRegistry_RegisterDocumentSet-b",
        ),
        Transaction(
            name="ITI-43",
            request=_RETRIEVE[0],
            response=_RETRIEVE[1],
            action="urn:ihe:iti:2007:RetrieveDocumentSet",
            response_action="urn:ihe:iti:2007:RetrieveDocumentSetResponse",
            mtom=True,
            operation="DocumentRepository_RetrieveDocumentSet",
        ),
        _feed("add", "PRPA_IN201301UV02"),
        _feed("revise", "PRPA_IN201302UV02"),
        _feed("merge", "PRPA_IN201304UV02"),
        Transaction(
            name="ITI-51",
            request=_ADHOC[0],
            response=_ADHOC[1],
            action="urn:ihe:iti:2009:MultiPatientStoredQuery",
            response_action="urn:ihe:iti:2009:MultiPatientStoredQueryResponse",
            mtom=False,
            operation="DocumentRegistry_MultiPatientStoredQuery",
        ),
        Transaction(
            name="ITI-55",
            request=f"{{{NS.HL7}}}PRPA_IN201305UV02",
            response=f"{{{NS.HL7}}}PRPA_IN201306UV02",
            action=f"{NS.HL7}:PRPA_IN201305UV02:CrossGatewayPatientDiscovery",
            response_action=f"{NS.HL7}:PRPA_IN201306UV02:CrossGatewayPatientDiscovery",
            mtom=False,
            operation="RespondingGateway_PRPA_IN201305UV02",
        ),
        Transaction(
            name="ITI-61",
            request=_SUBMIT[0],
            response=_SUBMIT[1],
            action="urn:ihe:iti:2010:RegisterOnDemandDocumentEntry",
            response_action="urn:ihe:iti:2010:RegisterOnDemandDocumentResponse",
            other_response_actions=("urn:ihe:iti:2010:RegisterOnDemandDocumentEntryResponse",),
            mtom=False,
            operation="DocumentRegistry_RegisterOnDemandDocumentEntry",
        ),
        Transaction(
            name="ITI-57",
            request=_SUBMIT[0],
            response=_SUBMIT[1],
            action="urn:ihe:iti:2010:UpdateDocumentSet",
            response_action="urn:ihe:iti:2010:UpdateDocumentSetResponse",
            mtom=False,
            operation="DocumentRegistry_UpdateDocumentSet",
        ),
        Transaction(
            name="ITI-92",
            request=_SUBMIT[0],
            response=_SUBMIT[1],
            action="urn:ihe:iti:2018:RestrictedUpdateDocumentSet",
            response_action="urn:ihe:iti:2018:RestrictedUpdateDocumentSetResponse",
            mtom=False,
            operation="UpdateResponder_RestrictedUpdateDocumentSet",
        ),
        Transaction(
            name="ITI-62",
            request=_REMOVE[0],
            response=_REMOVE[1],
            # once the transaction was called Delete Document Set
            action="urn:ihe:iti:2010:DeleteDocumentSet",
            response_action="urn:ihe:iti:2010:DeleteDocumentSetResponse",
            mtom=False,
            operation="DocumentRegistry_DeleteDocumentSet",
        ),
        Transaction(
            name="ITI-86",
            request=_REMOVE_DOCUMENTS[0],
            response=_REMOVE_DOCUMENTS[1],
            action="urn:ihe:iti:2017:RemoveDocuments",
            response_action="urn:ihe:iti:2017:RemoveDocumentsResponse",
            mtom=False,
            operation="DocumentRepository_RemoveDocuments",
        ),
        Transaction(
            name="RAD-69",
            request=_IMAGING[0],
            response=_IMAGING[1],
            action="urn:ihe:rad:2009:RetrieveImagingDocumentSet",
            # RAD TF: 4.69 answers with the action of ITI-43
            response_action="urn:ihe:iti:2007:RetrieveDocumentSetResponse",
            mtom=True,
            operation="DocumentRepository_RetrieveImagingDocumentSet",
        ),
        Transaction(
            name="RAD-75",
            request=_IMAGING[0],
            response=_IMAGING[1],
            action="urn:ihe:rad:2011:CrossGatewayRetrieveImagingDocumentSet",
            response_action="urn:ihe:rad:2011:CrossGatewayRetrieveImagingDocumentSetResponse",
            mtom=True,
            operation="RespondingGateway_CrossGatewayRetrieveImagingDocumentSet",
        ),
    )
}
"""SOAP transactions by name. RAD-68 is ITI-41 on the wire (RAD TF: 4.68); ITI-44 is one for each event."""

ACTIONS: Final = {transaction.action: transaction for transaction in TRANSACTIONS.values()}
"""The same by request action."""
