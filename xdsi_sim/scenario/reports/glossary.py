"""What the short names of the field stand for, in a line each, for readers who do not know them."""

from __future__ import annotations

from typing import Final

__all__ = ["ROLES", "TRANSACTION_TITLES"]

TRANSACTION_TITLES: Final = {
    "ITI-8": "Patient Identity Feed",
    "ITI-18": "Registry Stored Query",
    "ITI-38": "Cross Gateway Query",
    "ITI-39": "Cross Gateway Retrieve",
    "ITI-41": "Provide and Register Document Set-b",
    "ITI-42": "Register Document Set-b",
    "ITI-43": "Retrieve Document Set",
    "ITI-44": "Patient Identity Feed HL7 V3",
    "ITI-51": "Multi-Patient Stored Query",
    "ITI-55": "Cross Gateway Patient Discovery",
    "ITI-57": "Update Document Set",
    "ITI-61": "Register On-Demand Document Entry",
    "ITI-62": "Remove Metadata",
    "ITI-65": "Provide Document Bundle",
    "ITI-66": "Find Document Lists",
    "ITI-67": "Find Document References",
    "ITI-68": "Retrieve Document",
    "ITI-80": "Cross-Gateway Document Provide",
    "ITI-86": "Remove Documents",
    "ITI-92": "Restricted Update Document Set",
    "ITI-105": "Simplified Publish",
    "RAD-55": "WADO-URI Retrieve",
    "RAD-68": "Provide and Register Imaging Document Set",
    "RAD-69": "Retrieve Imaging Document Set",
    "RAD-75": "Cross Gateway Retrieve Imaging Document Set",
    "RAD-106": "Invoke Image Display",
    "RAD-107": "WADO-RS Retrieve",
    "RAD-108": "Store Instances over the Web",
    "RAD-129": "QIDO-RS Query",
    "QIDO-RS": "DICOMweb search",
    "STOW-RS": "DICOMweb store",
    "WADO-RS": "DICOMweb retrieve",
    "WADO-URI": "DICOM object by URL",
    "XC-WADO": "DICOMweb retrieve across communities (RAD-160)",
}
"""Transactions by number, and DICOMweb services by name."""

ROLES: Final = {
    "Document Registry": "keeps the metadata of all documents and answers queries about them",
    "Document Repository": "stores documents, registers their metadata, hands documents out",
    "Document Recipient": "takes documents that are sent to it from point to point, and keeps them",
    "On-Demand Document Source": "announces documents that it makes when they are asked for",
    "MHD Responder and Recipient": "speaks FHIR: takes documents, finds them and hands them out",
    "Document Source": "publishes documents",
    "Document Consumer": "looks for documents and fetches them",
    "Imaging Document Source": "keeps images (a PACS), publishes a manifest of each study, hands images out",
    "Imaging Document Consumer": "looks for imaging studies and fetches manifests, reports and images",
    "Initiating Gateway": "asks the other communities on behalf of its own",
    "Responding Gateway": "answers other communities on behalf of its own",
    "Initiating Imaging Gateway": "fetches images from other communities on behalf of its own",
    "Responding Imaging Gateway": "hands images of its community out to other communities",
    "Patient Identity Source": "announces patients",
}
"""Actors of the profiles, and what each does."""
