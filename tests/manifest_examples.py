"""Manifests with one fault each: what is done to a sound one, and which rule must find it, where."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import ImplicitVRLittleEndian
from rule_examples import in_module

from xdsi_sim.content import BytesContent, FileContent, sha1_of
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.imaging_metadata import manifest_entry
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.kos import write_manifest
from xdsi_sim.dicom.kos_document import read_document
from xdsi_sim.dicom.manifest import Manifest, RetrieveLocation, compose_manifest, compose_note
from xdsi_sim.dicom.modules import code_items, item
from xdsi_sim.dicom.publisher import Publisher
from xdsi_sim.dicom.samples import SAMPLES, write_sample
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION, Instance, Series, Study
from xdsi_sim.dicom.summary import header_of, summarise
from xdsi_sim.dicom.titles import NOTE_TITLES, TITLE_MODIFIERS
from xdsi_sim.ebrim.model import Code, DocumentEntry, InternationalString
from xdsi_sim.errors import Finding
from xdsi_sim.rules.manifest import check_manifest
from xdsi_sim.rules.manifest_subject import Kind
from xdsi_sim.rules.registry import Verdict

__all__ = [
    "EXAMPLES",
    "NOW",
    "PLACE",
    "Example",
    "assert_found",
    "base",
    "composed",
    "entry",
    "examples_of",
    "study",
]

NOW: Final = datetime(2024, 7, 1, 12, 0, 0, tzinfo=UTC)
PLACE: Final = RetrieveLocation(
    oid="2.999.20",
    ae_title="NORTH_PACS",
    retrieve_url="https://north/dicom-web",
    display_uri="https://viewer/1",
)
_PUBLISHER: Final = Publisher(sourceId=PLACE.oid, patient_authority="2.999.10.1")


# --- sound ones ------------------------------------------------------------------------------


@cache
def study(name: str = "ct-head") -> Study:
    """A sample study, with a key image note among its instances."""
    with TemporaryDirectory() as folder:
        paths = write_sample(SAMPLES[name].name, Path(folder))
        bare = summarise(header_of(to_json(part10.read(FileContent.of(path)))) for path in paths)
    stored = Instance(
        sop_instance_uid="2.999.97.1",
        sop_class_uid=KEY_OBJECT_SELECTION,
        number=1,
        title=NOTE_TITLES["113000"],
        description="Look here",
    )
    of_note = Series(series_instance_uid="2.999.97", modality="KO", number=901, instances=(stored,))
    return replace(bare, series=(*bare.series, of_note))


def _uids(root: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{root}.{next(numbers)}"


@cache
def composed(kind: Kind) -> Manifest:
    if kind == "note":
        return compose_note(
            study(),
            [study().instances[0].sop_instance_uid],
            title=NOTE_TITLES["113001"],
            now=NOW,
            new_uid=_uids("2.999.98"),
            modifiers=(TITLE_MODIFIERS["113001"]["111210"],),
        )
    return compose_manifest(study(), PLACE, now=NOW, new_uid=_uids("2.999.99"), profile=kind)


@cache
def base(kind: Kind) -> bytes:
    """A sound document of this kind."""
    return write_manifest(composed(kind))


def entry(kind: Kind = "xds-i") -> DocumentEntry:
    """Its DocumentEntry, as a repository would have it."""
    made = manifest_entry(study(), composed(kind), _PUBLISHER, entryUUID="urn:uuid:1")
    content = BytesContent(base(kind))
    return replace(made, hash=sha1_of(content), size=str(content.size))


# --- faults ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Example:
    """What is done to a sound document, its entry or the study of its source, and what must be found."""

    rule: str
    name: str
    where: tuple[str | None, ...]
    """Location of each finding of the rule; nothing else may be found."""
    of: Kind = "xds-i"
    change: Callable[[FileDataset], object] | None = None
    octets: Callable[[bytes], bytes] | None = None
    entry: dict[str, Any] = field(default_factory=dict)
    """Changes to the entry: without any, none is looked at."""
    served: Callable[[Study], Study] | None = None
    expected: Kind | None = None
    also: tuple[str, ...] = ()
    """Rules that the same fault breaks, whatever one does."""

    def __str__(self) -> str:
        return f"{self.rule} {self.name}"

    def document(self) -> bytes:
        data = base(self.of)
        if self.change is not None:
            dataset = pydicom.dcmread(io.BytesIO(data))
            self.change(dataset)
            target = io.BytesIO()
            dataset.save_as(target)
            data = target.getvalue()
        return self.octets(data) if self.octets else data


def examples_of(module: str) -> list[Example]:
    """The examples of the rules that stand in a module of `xdsi_sim.rules`."""
    ids = in_module(module)
    return [example for example in EXAMPLES if example.rule in ids]


def assert_found(example: Example) -> None:
    """The fault is found where it is, and nothing else."""
    found = findings(example)
    assert tuple(one.location for one in found if one.rule == example.rule) == example.where
    assert {one.rule for one in found} - {example.rule} == set(example.also)


def findings(example: Example) -> tuple[Finding, ...]:
    """What the rules find in an example."""
    return verdict_on(example).findings


def verdict_on(example: Example) -> Verdict:
    """All that is wrong with an example."""
    return check_manifest(
        read_document(BytesContent(example.document())),
        expected=example.expected or (None if example.of != "note" else "note"),
        entry=replace(entry(example.of), **example.entry) if example.entry else None,
        served=example.served(study()) if example.served else None,
    )


EVIDENCE = "(0040,A375)[1]"
SERIES = f"{EVIDENCE}.(0008,1115)[1]"
SOP = f"{SERIES}.(0008,1199)[1]"
CONTENT = "(0040,A730)"
REQUEST = "(0040,A370)[1]"
LIBRARY = f"{CONTENT}[2]"  # behind the procedure code
GROUP = f"{LIBRARY}.{CONTENT}[4]"  # behind modality, region and number of series
ENTRY = f"{GROUP}.{CONTENT}[9]"


def evidence(dataset: Dataset) -> Dataset:
    return dataset.CurrentRequestedProcedureEvidenceSequence[0]


def series(dataset: Dataset, number: int = 1) -> Dataset:
    return evidence(dataset).ReferencedSeriesSequence[number - 1]


def sop(dataset: Dataset, number: int = 1) -> Dataset:
    return series(dataset).ReferencedSOPSequence[number - 1]


def content(dataset: Dataset, number: int = 1) -> Dataset:
    return dataset.ContentSequence[number - 1]


def referred(dataset: Dataset, number: int = 1) -> Dataset:
    return content(dataset, number).ReferencedSOPSequence[0]


def request(dataset: Dataset) -> Dataset:
    return dataset.ReferencedRequestSequence[0]


def library(dataset: Dataset) -> Dataset:
    return content(dataset, 2)


def group(dataset: Dataset) -> Dataset:
    return content(library(dataset), 4)


def library_entry(dataset: Dataset) -> Dataset:
    return content(group(dataset), 9)


def to(**values: object) -> Callable[[FileDataset], object]:
    """Sets attributes of the root."""
    return at(lambda dataset: dataset, **values)


def at(place: Callable[[Any], Dataset], **values: object) -> Callable[[FileDataset], object]:
    """Sets attributes somewhere."""

    def change(dataset: FileDataset) -> None:
        for keyword, value in values.items():
            setattr(place(dataset), keyword, value)

    return change


def without(
    *keywords: str, of: Callable[[Any], Dataset] = lambda dataset: dataset
) -> Callable[[Any], object]:
    """Takes attributes away."""

    def change(dataset: FileDataset) -> None:
        for keyword in keywords:
            delattr(of(dataset), keyword)

    return change


def doubled(sequence: Callable[[Any], Any]) -> Callable[[Any], object]:
    """The first item of a sequence a second time, at its end."""
    return lambda dataset: sequence(dataset).append(sequence(dataset)[0])


def dropped(sequence: Callable[[Any], Any], number: int = 1) -> Callable[[Any], object]:
    """A sequence without one of its items."""
    return lambda dataset: sequence(dataset).pop(number - 1)


def both(*changes: Callable[[FileDataset], object]) -> Callable[[FileDataset], object]:
    return lambda dataset: [change(dataset) for change in changes]


def _code(value: str, scheme: str = "DCM") -> list[Dataset]:
    return code_items(CodedEntry(value, scheme, "x"))


def _issuer(oid: str, type_: str = "ISO") -> list[Dataset]:
    return [item(UniversalEntityID=oid, UniversalEntityIDType=type_)]


def _twice_requested(dataset: Dataset) -> None:
    dataset.ReferencedRequestSequence.append(
        pydicom.dcmread(io.BytesIO(base("xds-i"))).ReferencedRequestSequence[0]
    )


def _another_request(dataset: Dataset) -> None:
    _twice_requested(dataset)
    dataset.ReferencedRequestSequence[1].AccessionNumber = "ACC-2"


def _not_as_instance(series_number: int, **changes: Any) -> Callable[[Study], Study]:
    """The study with the first instance of a series changed."""

    def change(whole: Study) -> Study:
        each = list(whole.series)
        target = each[series_number - 1]
        each[series_number - 1] = replace(
            target, instances=(replace(target.instances[0], **changes), *target.instances[1:])
        )
        return replace(whole, series=tuple(each))

    return change


def _without_first(whole: Study) -> Study:
    first, *others = whole.series
    return replace(whole, series=(replace(first, instances=first.instances[1:]), *others))


def _more(whole: Study) -> Study:
    first, *others = whole.series
    extra = replace(first.instances[0], sop_instance_uid="2.999.5.5")
    return replace(whole, series=(replace(first, instances=(*first.instances, extra)), *others))


def _patient(**changes: Any) -> Callable[[Study], Study]:
    return lambda whole: replace(
        whole, header=replace(whole.header, patient=replace(whole.header.patient, **changes))
    )


_X: Final = Example  # the table below has one row a fault
_REFERENCES: Final = (
    "2.999.76.1^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
    "ACC-0001^^^&2.999.20.2&ISO^urn:ihe:iti:xds:2013:accession",
    "ORD-0001^^^&2.999.10.2&ISO^urn:ihe:iti:xds:2013:order",
)
_CODES: Final = {
    "CT": Code.of("CT", "1.2.840.10008.2.16.4", "Computed Tomography"),
    "MR": Code.of("MR", "1.2.840.10008.2.16.4", "Magnetic Resonance"),
    "SR": Code.of("SR", "1.2.840.10008.2.16.4", "Report"),
    "head": Code.of("69536005", "2.16.840.1.113883.6.96", "Head"),
    "target": Code.of("774007", "2.16.840.1.113883.6.96", "Head and Neck"),
    "bare": Code("774007", "2.16.840.1.113883.6.96"),
}


def _codes(*names: str) -> tuple[Code, ...]:
    return tuple(_CODES[name] for name in names)


EXAMPLES: Final = (
    # the file
    _X(rule="M01", name="no preamble", octets=lambda data: data[132:], where=(None,)),
    _X(rule="M01", name="an empty file", octets=lambda _: b"", where=(None, None)),
    _X(rule="M01", name="a PDF", octets=lambda _: b"%PDF-1.7\n" * 99, where=(None, None)),
    _X(rule="M02", name="no implementation", where=("(0002,0012)",),
       change=lambda dataset: setattr(dataset.file_meta, "ImplementationClassUID", "")),
    _X(rule="M02", name="another instance", where=("(0002,0003)",),
       change=lambda dataset: setattr(dataset.file_meta, "MediaStorageSOPInstanceUID", "2.999.5")),
    _X(rule="M03", name="implicit VR", where=("(0002,0010)",),
       change=lambda dataset: setattr(dataset.file_meta, "TransferSyntaxUID", ImplicitVRLittleEndian)),
    _X(rule="M04", name="modality", change=to(Modality="CT"), where=("(0008,0060)",)),
    _X(rule="M04", name="SOP class", change=to(SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33"), also=("M02",),
       where=("(0008,0016)",)),
    # modules
    _X(rule="M07", name="no modality", change=without("Modality"), where=("(0008,0060)",)),
    _X(rule="M05", name="no name, no sex", change=without("PatientName", "PatientSex"),
       where=("(0010,0010)", "(0010,0040)")),
    _X(rule="M06", name="no time", change=without("StudyTime"), where=("(0008,0030)",)),
    _X(rule="M07", name="no series number", change=to(SeriesNumber=None), where=("(0020,0011)",)),
    _X(rule="M08", name="no manufacturer", change=without("Manufacturer"), where=("(0008,0070)",)),
    _X(rule="M09", name="no content date", change=to(ContentDate=""), where=("(0008,0023)",)),
    _X(rule="M10", name="no template", change=without("ContentTemplateSequence"), where=("(0040,A504)",)),
    _X(rule="M11", name="no SOP instance", change=to(SOPInstanceUID=""),
       where=("(0008,0018)",), also=("M02",)),
    # values
    _X(rule="M12", name="a leading zero", change=at(series, RetrieveLocationUID="2.999.020"),
       where=(f"{SERIES}.(0040,E011)",)),
    _X(rule="M12", name="65 characters", change=at(series, RetrieveLocationUID="2." + "9" * 63),
       where=(f"{SERIES}.(0040,E011)",)),
    _X(rule="M13", name="a date with dots", change=to(StudyDate="2024.02.12"), where=("(0008,0020)",)),
    _X(rule="M13", name="the 31st of February", change=to(PatientBirthDate="20240231"),
       where=("(0010,0030)",)),
    _X(rule="M13", name="a 25th hour", change=to(ContentTime="250000"), where=("(0008,0033)",)),
    _X(rule="M13", name="a zone with a colon", change=to(TimezoneOffsetFromUTC="+01:00"),
       where=("(0008,0201)",)),
    _X(rule="M14", name="no OID", change=to(IssuerOfAccessionNumberSequence=_issuer("north")),
       where=("(0008,0051)[1].(0040,0032)",)),
    _X(rule="M14", name="no type", where=(f"{REQUEST}.(0040,0026)[1].(0040,0033)",),
       change=without("UniversalEntityIDType",
                      of=lambda dataset: request(dataset).OrderPlacerIdentifierSequence[0])),
    _X(rule="M14", name="nobody", also=("M43",), where=(f"{REQUEST}.(0008,0051)[1]",),
       change=lambda dataset: setattr(request(dataset), "IssuerOfAccessionNumberSequence", [Dataset()])),
    _X(rule="M15", name="no character set", change=without("SpecificCharacterSet"), where=("(0010,0010)",)),
    # content
    _X(rule="M20", name="continuous", change=to(ContinuityOfContent="CONTINUOUS"), where=("(0040,A050)",)),
    _X(rule="M20", name="another template", where=("(0040,A504)[1].(0040,DB00)",),
       change=at(lambda dataset: dataset.ContentTemplateSequence[0], TemplateIdentifier="2000")),
    _X(rule="M21", name="a title of nothing", change=to(ConceptNameCodeSequence=_code("113099")),
       where=("(0040,A043)[1]",)),
    _X(rule="M21", name="another scheme", change=to(ConceptNameCodeSequence=_code("113030", "99X")),
       where=("(0040,A043)[1]",)),
    _X(rule="M22", name="a note for a manifest", change=to(ConceptNameCodeSequence=_code("113000")),
       expected="xds-i", where=("(0040,A043)[1]",)),
    _X(rule="M22", name="the trial title", of="mado", where=("(0040,A043)[1]",),
       change=to(ConceptNameCodeSequence=_code("MADOTEMP001", "99IHE"))),
    _X(rule="M22", name="a manifest for a note", of="note", where=("(0040,A043)[1]",),
       change=to(ConceptNameCodeSequence=_code("113030")), ),
    _X(rule="M23", name="no SOP class", change=at(referred, ReferencedSOPClassUID=""),
       where=(f"{CONTENT}[1].(0008,1199)[1].(0008,1150)",)),
    _X(rule="M23", name="inferred", change=at(content, RelationshipType="INFERRED FROM"),
       where=(f"{CONTENT}[1].(0040,A010)",)),
    _X(rule="M23", name="two in one", change=doubled(lambda dataset: content(dataset).ReferencedSOPSequence),
       where=(f"{CONTENT}[1].(0008,1199)",)),
    _X(rule="M23", name="none at all", change=without("ReferencedSOPSequence", of=content), also=("M25",),
       where=(f"{CONTENT}[1].(0008,1199)",)),
    _X(rule="M23", name="nothing but text", where=("(0040,A730)",), also=("M25",),
       change=to(ContentSequence=[item(RelationshipType="CONTAINS", ValueType="TEXT", TextValue="x",
                                       ConceptNameCodeSequence=_code("113012"))])),
    _X(rule="M10", name="no content", change=without("ContentSequence"), also=("M25",),
       where=("(0040,A730)",)),
    _X(rule="M24", name="an image as composite", change=at(content, ValueType="COMPOSITE"),
       where=(f"{CONTENT}[1].(0040,A040)",)),
    _X(rule="M25", name="content has less", change=dropped(lambda dataset: dataset.ContentSequence),
       where=(f"{SOP}.(0008,1155)",)),
    _X(rule="M25", name="content has one twice", change=doubled(lambda dataset: dataset.ContentSequence),
       where=(f"{CONTENT}[13].(0008,1199)[1].(0008,1155)",)),
    _X(rule="M25", name="content has more", where=(f"{CONTENT}[1].(0008,1199)[1].(0008,1155)",),
       change=dropped(lambda dataset: series(dataset).ReferencedSOPSequence)),
    _X(rule="M26", name="another SOP class", where=(f"{CONTENT}[1].(0008,1199)[1].(0008,1150)",),
       change=at(referred, ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.4")),
    _X(rule="M27", name="rejected without a reason", of="note", where=(CONTENT,),
       change=dropped(lambda dataset: dataset.ContentSequence)),
    _X(rule="M27", name="rejected for a strange reason", of="note", where=(f"{CONTENT}[1].(0040,A168)",),
       change=at(content, ConceptCodeSequence=_code("113014"))),
    _X(rule="M28", name="a text of no template", where=(f"{CONTENT}[13]",),
       change=lambda dataset: dataset.ContentSequence.append(
           item(RelationshipType="CONTAINS", ValueType="TEXT", TextValue="x",
                ConceptNameCodeSequence=_code("113030")))),
    # evidence
    _X(rule="M30", name="another study", change=at(evidence, StudyInstanceUID="2.999.5"),
       where=(f"{EVIDENCE}.(0020,000D)",)),
    _X(rule="M30", name="two studies", where=("(0040,A375)",), also=("M32",),
       change=doubled(lambda dataset: dataset.CurrentRequestedProcedureEvidenceSequence)),
    _X(rule="M31", name="no SOP class", change=at(sop, ReferencedSOPClassUID=""),
       where=(f"{SOP}.(0008,1150)",)),
    _X(rule="M31", name="a series without instances", where=(f"{SERIES}.(0008,1199)",),
       change=both(lambda dataset: setattr(series(dataset), "ReferencedSOPSequence", []),
                   *[dropped(lambda dataset: dataset.ContentSequence)] * 6)),
    _X(rule="M32", name="an instance twice", where=(f"{SERIES}.(0008,1199)[7].(0008,1155)",),
       change=doubled(lambda dataset: series(dataset).ReferencedSOPSequence)),
    _X(rule="M33", name="its own series", where=(f"{SERIES}.(0020,000E)",),
       change=at(series, SeriesInstanceUID="2.999.99.2")),
    _X(rule="M33", name="itself", where=(f"{SOP}.(0008,1155)",),
       change=both(at(sop, ReferencedSOPInstanceUID="2.999.99.1"),
                   at(referred, ReferencedSOPInstanceUID="2.999.99.1"))),
    _X(rule="M34", name="no location", change=without("RetrieveLocationUID", of=series),
       where=(f"{SERIES}.(0040,E011)",)),
    _X(rule="M34", name="an empty location", of="mado", change=at(series, RetrieveLocationUID=""),
       where=(f"{SERIES}.(0040,E011)",)),
    _X(rule="M35", name="no AE title", change=without("RetrieveAETitle", of=series),
       where=(f"{SERIES}.(0008,0054)",)),
    _X(rule="M36", name="no URL", change=without("RetrieveURL", of=series), where=(f"{SERIES}.(0008,1190)",)),
    _X(rule="M36", name="no scheme", change=at(series, RetrieveURL="north/dicom-web"),
       where=(f"{SERIES}.(0008,1190)",)),
    _X(rule="M36", name="no TLS", change=at(series, RetrieveURL="http://north/"),
       where=(f"{SERIES}.(0008,1190)",)),
    _X(rule="M37", name="a whole path", where=(f"{SERIES}.(0008,1190)",),
       change=at(series, RetrieveURL="https://north/studies/2.999.76.1/series/2.999.76.1.1")),
    _X(rule="M38", name="no address", of="mado", where=(f"{EVIDENCE}.(0040,E012)",),
       change=lambda dataset: evidence(dataset).add_new(0x0040E012, "UR", "viewer")),
    # patient and orders
    _X(rule="M40", name="no filler", where=(f"{REQUEST}.(0040,2017)",),
       change=without("FillerOrderNumberImagingServiceRequest", of=request)),
    _X(rule="M40", name="another study", change=at(request, StudyInstanceUID="2.999.5"),
       where=(f"{REQUEST}.(0020,000D)",)),
    _X(rule="M41", name="the study has another number", change=to(AccessionNumber="ACC-9"),
       where=("(0008,0050)",)),
    _X(rule="M41", name="one number for several", change=_another_request, where=("(0008,0050)",)),
    _X(rule="M42", name="a request twice", change=_twice_requested, where=("(0040,A370)[2]",)),
    _X(rule="M43", name="no issuer", where=(f"{REQUEST}.(0008,0051)",), of="mado",
       change=without("IssuerOfAccessionNumberSequence", of=request)),
    _X(rule="M44", name="no placer", where=(f"{REQUEST}.(0040,0026)",), of="mado",
       change=without("OrderPlacerIdentifierSequence", of=request)),
    _X(rule="M45", name="no name of the issuer", where=("(0010,0021)",), of="mado",
       change=without("IssuerOfPatientID")),
    _X(rule="M45", name="no OID of the issuer", where=("(0010,1002)[2].(0010,0024)",), of="mado",
       change=without("IssuerOfPatientIDQualifiersSequence",
                      of=lambda dataset: dataset.OtherPatientIDsSequence[1])),
    _X(rule="M46", name="no other ids", change=without("OtherPatientIDsSequence"), of="mado",
       where=("(0010,1002)",)),
    _X(rule="M46", name="the first is not among them", where=("(0010,1002)",),
       change=dropped(lambda dataset: dataset.OtherPatientIDsSequence)),
    _X(rule="M47", name="no institution, no zone", of="mado", where=("(0008,0080)", "(0008,0201)"),
       change=without("InstitutionName", "TimezoneOffsetFromUTC")),
    _X(rule="M47", name="no accession number", of="mado", where=(f"{REQUEST}.(0008,0050)",),
       change=at(request, AccessionNumber="")),
    # the library
    _X(rule="M50", name="no library", of="mado", where=(CONTENT,),
       change=dropped(lambda dataset: dataset.ContentSequence, 2)),
    _X(rule="M51", name="no group", of="mado", where=(f"{SERIES}.(0020,000E)",),
       change=dropped(lambda dataset: library(dataset).ContentSequence, 4)),
    _X(rule="M51", name="a group of another series", of="mado", also=("M57",),
       where=(GROUP, f"{SERIES}.(0020,000E)"),
       change=at(lambda dataset: content(group(dataset), 2), UID="2.999.5")),
    _X(rule="M52", name="no region", of="mado", where=(f"{LIBRARY}.{CONTENT}",),
       change=dropped(lambda dataset: library(dataset).ContentSequence, 2)),
    _X(rule="M53", name="a count as text", of="mado", where=(f"{GROUP}.{CONTENT}[8].(0040,A040)",),
       change=at(lambda dataset: content(group(dataset), 8), ValueType="TEXT")),
    _X(rule="M53", name="a unit of one", of="mado",
       where=(f"{LIBRARY}.{CONTENT}[3].(0040,A300)[1].(0040,08EA)",),
       change=at(lambda dataset: content(library(dataset), 3).MeasuredValueSequence[0],
                 MeasurementUnitsCodeSequence=_code("1", "UCUM"))),
    _X(rule="M53", name="a modality as text", of="mado", where=(f"{GROUP}.{CONTENT}[1].(0040,A010)",),
       change=at(lambda dataset: content(group(dataset), 1), RelationshipType="CONTAINS")),
    _X(rule="M54", name="a fine region for the study", of="mado",
       where=(f"{LIBRARY}.{CONTENT}[2].(0040,A168)[1]",),
       change=at(lambda dataset: content(library(dataset), 2), ConceptCodeSequence=_code("69536005", "SCT"))),
    _X(rule="M54", name="a region of DCM", of="mado", where=(f"{GROUP}.{CONTENT}[7].(0040,A168)[1]",),
       change=at(lambda dataset: content(group(dataset), 7), ConceptCodeSequence=_code("69536005"))),
    _X(rule="M55", name="no modality", of="mado", where=(f"{GROUP}.{CONTENT}[1].(0040,A168)[1]",),
       change=at(lambda dataset: content(group(dataset), 1), ConceptCodeSequence=_code("XX"))),
    _X(rule="M55", name="a modality of no series", of="mado",
       where=(f"{LIBRARY}.{CONTENT}[1].(0040,A168)[1]", f"{LIBRARY}.{CONTENT}"),
       change=at(lambda dataset: content(library(dataset), 1), ConceptCodeSequence=_code("MR"))),
    _X(rule="M56", name="miscounted", of="mado", where=(f"{GROUP}.{CONTENT}[8]",),
       change=at(lambda dataset: content(group(dataset), 8).MeasuredValueSequence[0], NumericValue="7")),
    _X(rule="M57", name="no entry", of="mado", where=(f"{GROUP}.{CONTENT}",),
       change=dropped(lambda dataset: group(dataset).ContentSequence, 9)),
    _X(rule="M58", name="a note without its title", of="mado",
       where=(f"{LIBRARY}.{CONTENT}[7].{CONTENT}[5].{CONTENT}",),
       change=dropped(lambda dataset: content(content(library(dataset), 7), 5).ContentSequence, 2)),
    _X(rule="M59", name="no side", of="mado", where=(f"{GROUP}.{CONTENT}[15].(0040,A168)[1]",),
       change=lambda dataset: group(dataset).ContentSequence.append(
           item(RelationshipType="HAS ACQ CONTEXT", ValueType="CODE", ConceptNameCodeSequence=_code("111027"),
                ConceptCodeSequence=_code("R", "SCT")))),
    # the entry
    _X(rule="M60", name="a PDF", entry={"mimeType": "application/pdf"}, where=("mimeType",)),
    _X(rule="M60", name="no format", entry={"formatCode": None}, where=("formatCode",)),
    _X(rule="M61", name="another document", entry={"uniqueId": "2.999.5"}, where=("uniqueId",)),
    _X(rule="M62", name="an hour early", entry={"creationTime": "20240701110000"}, where=("creationTime",)),
    _X(rule="M63", name="no modality", of="mado", entry={"eventCodeList": _codes("head", "target")},
       where=("eventCodeList",)),
    _X(rule="M63", name="one too many", of="mado", entry={"eventCodeList": _codes("CT", "MR", "target")},
       where=("eventCodeList",)),
    _X(rule="M63", name="a report", entry={"eventCodeList": _codes("CT", "SR", "target")},
       where=("eventCodeList",)),
    _X(rule="M64", name="no region", entry={"eventCodeList": _codes("CT")}, where=("eventCodeList",)),
    _X(rule="M64", name="no target region", of="mado", entry={"eventCodeList": _codes("CT", "head")},
       where=("eventCodeList",)),
    _X(rule="M65", name="no study", entry={"referenceIdList": _REFERENCES[1:]}, where=("referenceIdList",)),
    _X(rule="M65", name="two studies", where=("referenceIdList",),
       entry={"referenceIdList": ("2.999.5^^^^urn:ihe:iti:xds:2016:studyInstanceUID", *_REFERENCES)}),
    _X(rule="M66", name="no accession", entry={"referenceIdList": _REFERENCES[::2]},
       where=("referenceIdList",)),
    _X(rule="M66", name="of another issuer", where=("referenceIdList",),
       entry={"referenceIdList": (_REFERENCES[1].replace("2.999.20.2", "2.999.5"), *_REFERENCES[::2])}),
    _X(rule="M67", name="another order", where=("referenceIdList", "referenceIdList"),
       entry={"referenceIdList": (*_REFERENCES[:2], _REFERENCES[2].replace("ORD-0001", "ORD-2"))}),
    _X(rule="M68", name="another patient", entry={"sourcePatientId": "X^^^&2.999.20.1&ISO"},
       where=("sourcePatientId",)),
    _X(rule="M68", name="another name", where=("sourcePatientInfo",),
       entry={"sourcePatientInfo": ("PID-5|Berg^Anna", "PID-8|F")}),
    _X(rule="M68", name="another birth date", entry={"sourcePatientInfo": ("PID-7|19000101",)},
       where=("sourcePatientInfo",)),
    _X(rule="M68", name="another sex", entry={"sourcePatientInfo": ("PID-8|M",)},
       where=("sourcePatientInfo",)),
    _X(rule="M68", name="a sex in another case", entry={"sourcePatientInfo": ("PID-8|f",)},
       where=("sourcePatientInfo",)),
    _X(rule="M68", name="another id", entry={"sourcePatientInfo": ("PID-3|X^^^&2.999.20.1&ISO",)},
       where=("sourcePatientInfo",)),
    _X(rule="M69", name="other octets", entry={"hash": "0" * 40, "size": "7"}, where=("hash", "size")),
    _X(rule="M70", name="a day late", entry={"serviceStartTime": "20240213"}, where=("serviceStartTime",)),
    _X(rule="M71", name="twice", entry={"eventCodeList": _codes("CT", "target", "CT")},
       where=("eventCodeList",)),
    _X(rule="M71", name="an empty display", where=("eventCodeList",),
       entry={"eventCodeList": (*_codes("CT", "target"), Code("x", "2.999.7", InternationalString.of("")))}),
    _X(rule="M71", name="no display", entry={"eventCodeList": _codes("CT", "bare")},
       where=("eventCodeList",)),
    # the source
    _X(rule="M80", name="one is gone", served=_without_first, where=(f"{SOP}.(0008,1155)",)),
    _X(rule="M81", name="one has come", served=_more, where=(None,)),
    _X(rule="M82", name="another SOP class", where=(f"{SOP}.(0008,1150)",),
       served=_not_as_instance(1, sop_class_uid="1.2.840.10008.5.1.4.1.1.4")),
    _X(rule="M83", name="a patient renamed", served=_patient(name="Berg^Anna"), where=("(0010,0010)",)),
    _X(rule="M84", name="renumbered", of="mado", served=_not_as_instance(1, number=9), where=(None,)),
    _X(rule="M85", name="rejected", served=_not_as_instance(4, rejects=("2.999.76.1.1.2",)),
       where=(f"{SERIES}.(0008,1199)[2].(0008,1155)",)),
    _X(rule="M84", name="a note retitled", of="mado", where=(None,),
       served=_not_as_instance(4, title=NOTE_TITLES["113004"])),
)  # fmt: skip
"""At least one for each rule."""
