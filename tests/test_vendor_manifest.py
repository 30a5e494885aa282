"""A manifest as a vendor's archive writes it, with ten faults: ten findings, each with rule and source."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pydicom
import pytest
from a_domain import domain
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian

from xdsi_sim.content import FileContent, sha1_of
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.ebrim.model import Code, DocumentEntry, RegistryObjectList
from xdsi_sim.messages.submit import SubmitObjectsRequest, write_submit_objects
from xdsi_sim.vocab import CodingScheme

MANIFEST = "2.999.55.1"
URL = "https://pacs.vendor.example/dicom-web"


# --- the archive's own way of writing ---------------------------------------------------------------


def code(value: str, scheme: str, meaning: str) -> Items:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return Items([item])


def issuer(oid: str) -> Items:
    item = Dataset()
    item.UniversalEntityID, item.UniversalEntityIDType = oid, "ISO"
    return Items([item])


def evidence(images: Sequence[Dataset]) -> Dataset:
    """The study, its series and their instances, and where they are."""
    study = Dataset()
    study.StudyInstanceUID = images[0].StudyInstanceUID
    study.ReferencedSeriesSequence = Items()
    for uid in dict.fromkeys(image.SeriesInstanceUID for image in images):
        series = Dataset()
        series.SeriesInstanceUID, series.RetrieveAETitle, series.RetrieveURL = uid, "VENDOR", URL
        series.RetrieveLocationUID = "2.999.1.21"
        series.ReferencedSOPSequence = Items(
            reference(image) for image in images if image.SeriesInstanceUID == uid
        )
        study.ReferencedSeriesSequence.append(series)
    return study


def reference(image: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
    return item


def mention(image: Dataset) -> Dataset:
    """An instance in the content tree."""
    item = Dataset()
    item.RelationshipType = "CONTAINS"
    item.ValueType = "IMAGE" if "Rows" in image else "COMPOSITE"
    item.ReferencedSOPSequence = Items([reference(image)])
    return item


def request(image: Dataset) -> Dataset:
    item = Dataset()
    item.StudyInstanceUID, item.AccessionNumber = image.StudyInstanceUID, image.AccessionNumber
    item.IssuerOfAccessionNumberSequence = issuer("2.999.20.2")
    item.ReferencedStudySequence = Items()
    item.RequestedProcedureID = item.RequestedProcedureDescription = ""
    item.RequestedProcedureCodeSequence = Items()
    item.PlacerOrderNumberImagingServiceRequest = "ORD-0001"
    item.OrderPlacerIdentifierSequence = issuer("2.999.10.2")
    item.FillerOrderNumberImagingServiceRequest = ""
    return item


def vendor_manifest(images: Sequence[Dataset]) -> Dataset:
    """A sound manifest of XDS-I on the images of a study."""
    first = images[0]
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.59"
    meta.MediaStorageSOPInstanceUID = MANIFEST
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID, meta.ImplementationVersionName = "2.999.55.9", "VENDOR_PACS_7"
    made = Dataset()
    made.file_meta = meta
    made.SpecificCharacterSet = "ISO_IR 100"
    made.SOPClassUID, made.SOPInstanceUID = meta.MediaStorageSOPClassUID, MANIFEST
    made.PatientName, made.PatientID = first.PatientName, first.PatientID
    made.PatientBirthDate, made.PatientSex = first.PatientBirthDate, first.PatientSex
    made.IssuerOfPatientID = "VENDOR"
    made.IssuerOfPatientIDQualifiersSequence = issuer("2.999.20.1")
    made.StudyInstanceUID, made.StudyID = first.StudyInstanceUID, first.get("StudyID", "")
    made.StudyDate, made.StudyTime = first.StudyDate, first.StudyTime
    made.StudyDescription = first.StudyDescription
    made.AccessionNumber, made.ReferringPhysicianName = first.AccessionNumber, first.ReferringPhysicianName
    made.IssuerOfAccessionNumberSequence = issuer("2.999.20.2")
    made.Modality, made.SeriesInstanceUID, made.SeriesNumber = "KO", "2.999.55.2", 990
    made.ReferencedPerformedProcedureStepSequence = Items()
    made.Manufacturer, made.InstanceNumber = "Vendor", 1
    made.ContentDate, made.ContentTime = "20240701", "120000"
    made.TimezoneOffsetFromUTC = "+0000"
    made.ReferencedRequestSequence = Items([request(first)])
    made.CurrentRequestedProcedureEvidenceSequence = Items([evidence(images)])
    made.ValueType, made.ContinuityOfContent = "CONTAINER", "SEPARATE"
    made.ConceptNameCodeSequence = code("113030", "DCM", "Manifest")
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2010"
    made.ContentTemplateSequence = Items([template])
    made.ContentSequence = Items(mention(image) for image in images)
    return made


def vendor_entry(manifest: Dataset, file: Path) -> DocumentEntry:
    """What the archive registered of it."""
    content = FileContent.of(file)
    study, accession = manifest.StudyInstanceUID, manifest.AccessionNumber
    return DocumentEntry(
        entryUUID="urn:uuid:1",
        uniqueId=MANIFEST,
        mimeType="application/dicom",
        formatCode=Code.of(manifest.SOPClassUID, CodingScheme.DICOM_UID, "Key Object Selection Document"),
        creationTime="20240701120000",
        serviceStartTime="20240212083015",
        hash=sha1_of(content),
        size=str(content.size),
        eventCodeList=(
            Code.of("CT", CodingScheme.DCM, "Computed Tomography"),
            Code.of("69536005", CodingScheme.SNOMED_CT, "Head"),
        ),
        referenceIdList=(
            f"{study}^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
            f"{accession}^^^&2.999.20.2&ISO^urn:ihe:iti:xds:2013:accession",
            "ORD-0001^^^&2.999.10.2&ISO^urn:ihe:iti:xds:2013:order",
        ),
        sourcePatientId=f"{manifest.PatientID}^^^&2.999.20.1&ISO",
        sourcePatientInfo=(
            f"PID-3|{manifest.PatientID}^^^&2.999.20.1&ISO",
            f"PID-5|{manifest.PatientName!s}",
            f"PID-7|{manifest.PatientBirthDate}",
            f"PID-8|{manifest.PatientSex}",
        ),
    )


# --- how it is judged --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A study, and the address at which its source serves it."""

    images: list[Dataset]
    source: str
    folder: Path

    def findings(
        self,
        plant: Callable[[Dataset], None] = lambda _manifest: None,
        restate: Callable[[DocumentEntry], DocumentEntry] = lambda entry: entry,
    ) -> list[dict[str, Any]]:
        """What the command tells of the manifest and its entry, with faults planted in either."""
        manifest = vendor_manifest(self.images)
        plant(manifest)
        file, submission = self.folder / "manifest.dcm", self.folder / "submission.xml"
        manifest.preamble = bytes(128)
        manifest.file_meta.FileMetaInformationGroupLength = 0  # for the writer to fill in
        pydicom.dcmwrite(file, manifest)  # as it is: nothing is repaired
        entries = (restate(vendor_entry(vendor_manifest(self.images), file)),)
        objects = RegistryObjectList(documentEntries=entries)
        submission.write_bytes(write_submit_objects(SubmitObjectsRequest(objects=objects)))
        command = [sys.executable, "-m", "xdsi_sim", "manifest", "validate", str(file), "--json"]
        ended = subprocess.run(
            [*command, "--metadata", str(submission), "--source", self.source],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (ended.returncode in (0, 1), ended.stderr) == (True, "")
        (told,) = json.loads(ended.stdout)["files"]
        found: list[dict[str, Any]] = told["findings"]
        assert ended.returncode == any(one["severity"] == "error" for one in found)
        return found


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("vendor")
    paths = write_sample("ct-head", folder / "study")
    with domain(folder / "data") as running:
        running.store_of("pacs").add_all(paths)
        images = sorted(map(pydicom.dcmread, paths), key=lambda image: str(image.SOPInstanceUID))
        yield Case(images, running.dicomweb_of("pacs"), folder)


def test_nothing_is_found_in_a_sound_one(case: Case) -> None:
    assert case.findings() == []


def plant(manifest: Dataset) -> None:
    """Eight faults of the manifest."""
    (study,) = manifest.CurrentRequestedProcedureEvidenceSequence
    first, second, *_ = study.ReferencedSeriesSequence
    manifest.file_meta.MediaStorageSOPInstanceUID = "2.999.55.3"
    del manifest.StudyID
    manifest.ContentTime = "12:00:00"
    manifest.ContentSequence[-1].ValueType = "IMAGE"  # a report
    del manifest.ContentSequence[1]  # an image of the evidence
    del second.RetrieveAETitle
    first.RetrieveURL = "pacs.vendor.example/dicom-web"
    phantom = Dataset()  # which no archive has
    phantom.SOPClassUID = first.ReferencedSOPSequence[0].ReferencedSOPClassUID
    phantom.SOPInstanceUID, phantom.Rows = "2.999.55.4", 1
    first.ReferencedSOPSequence.append(reference(phantom))
    manifest.ContentSequence.insert(0, mention(phantom))


def restate(entry: DocumentEntry) -> DocumentEntry:
    """Two faults of its entry: a modality is left out, and an accession number has another issuer."""
    study, _, order = entry.referenceIdList or ()
    accession = "ACC-0001^^^&2.999.20.9&ISO^urn:ihe:iti:xds:2013:accession"
    return replace(
        entry, referenceIdList=(study, accession, order), eventCodeList=(entry.eventCodeList or ())[1:]
    )


SERIES = "(0040,A375)[1].(0008,1115)"
TEN = [
    ("M02", "(0002,0003)", "2.999.55.3", "PS3.10: 7.1"),
    ("M06", "(0020,0010)", "StudyID is missing", "PS3.3: C.7.2.1"),
    ("M13", "(0008,0033)", "12:00:00", "PS3.5: Table 6.2-1"),
    ("M24", "(0040,A730)[11].(0040,A040)", "is COMPOSITE: 'IMAGE'", "PS3.16: TID 2010"),
    ("M25", f"{SERIES}[1].(0008,1199)[2].(0008,1155)", "2.999.76.1.1.2", "PS3.3: C.17.6.2"),
    ("M35", f"{SERIES}[2].(0008,0054)", "RetrieveAETitle has no value", "RAD TF: 4.68"),
    ("M36", f"{SERIES}[1].(0008,1190)", "no absolute https address", "RAD TF: 4.68"),
    ("M63", "eventCodeList", "is missing: 'CT'", "RAD TF: 4.68; PS3.16: CID 29"),
    ("M66", "referenceIdList", "2.999.20.2", "RAD TF: 4.68"),
    ("M80", f"{SERIES}[1].(0008,1199)[7].(0008,1155)", "2.999.55.4", "RAD TF: 4.68"),
]
"""Rule, place, what is told, and the section that decides."""


def test_ten_faults_are_ten_findings(case: Case) -> None:
    found = case.findings(plant, restate)
    assert [(one["rule"], one["location"], one["cites"]) for one in found] == [
        (rule, location, cites) for rule, location, _, cites in TEN
    ]
    assert [words for one, (_, _, words, _) in zip(found, TEN, strict=True) if words not in one["text"]] == []
    assert {one["severity"] for one in found} == {"error"}
