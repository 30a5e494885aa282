"""The DICOM objects of the samples, one builder per kind of series.

A kind is a SOP class, the pixels it copies and what its IOD asks for beyond the modules that all
objects share: constant attributes as a table, those that change from image to image by a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.uid import JPEGBaseline8Bit

from xdsi_sim.dicom import part10
from xdsi_sim.dicom.modules import code_items, item, set_all, set_header, set_request
from xdsi_sim.dicom.sample_enhanced import set_enhanced_mr
from xdsi_sim.dicom.sample_pixels import Pixels, shipped, shipped_file
from xdsi_sim.dicom.sample_report import Illustration, set_report
from xdsi_sim.dicom.samples import Sample, SampleSeries

__all__ = ["build"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which instance of which series of which sample is being built; numbers start at 1."""

    sample: Sample
    series: SampleSeries
    number: int

    @property
    def series_instance_uid(self) -> str:
        """UID of the series."""
        return f"{self.sample.header.study_instance_uid}.{self.series.number}"

    @property
    def sop_instance_uid(self) -> str:
        """UID of the instance."""
        return f"{self.series_instance_uid}.{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of object is built."""

    modality: str
    sop_class_uid: str
    constant: Mapping[str, Any]
    set_own: Callable[[Dataset, Place], None]
    transfer_syntax_uid: str | None = None


def build(sample: Sample) -> Iterator[bytes]:
    """The files of a sample, series by series."""
    for series in sample.series:
        kind = _KINDS[series.kind]
        for number in range(1, series.count + 1):
            dataset = _object(kind, Place(sample=sample, series=series, number=number))
            if kind.transfer_syntax_uid:
                yield part10.write(dataset, kind.transfer_syntax_uid)
            else:
                yield part10.write(dataset)


def _object(kind: Kind, place: Place) -> Dataset:
    """The modules that all objects share, then those of the kind."""
    dataset = Dataset()
    header = place.sample.header
    set_header(dataset, header)
    set_all(dataset, kind.constant)
    dataset.SOPClassUID = kind.sop_class_uid
    dataset.SOPInstanceUID = place.sop_instance_uid
    dataset.SeriesInstanceUID = place.series_instance_uid
    dataset.Modality = kind.modality
    dataset.SeriesNumber = place.series.number
    dataset.SeriesDescription = place.series.description
    dataset.InstanceNumber = place.number
    dataset.SeriesDate = dataset.ContentDate = header.date
    dataset.SeriesTime = dataset.ContentTime = header.time
    kind.set_own(dataset, place)
    return dataset


# --- images ----------------------------------------------------------------------------------


def _set_image(dataset: Dataset, place: Place) -> None:
    """What all images of the samples have: order, body part, region."""
    request = item(ScheduledProcedureStepID=f"SPS{place.sample.number}")
    set_request(request, place.sample.header.requests[0])
    dataset.RequestAttributesSequence = [request]
    dataset.BodyPartExamined = place.sample.body_part
    dataset.AnatomicRegionSequence = code_items(place.sample.region)


def _set_slice(source: str, spacing: float, thickness: float) -> Callable[[Dataset, Place], None]:
    """Setter of a slice in a stack: frame of reference, plane and pixels; distances in mm."""

    def set_own(dataset: Dataset, place: Place) -> None:
        """The attributes of the slice that is at this place of its stack."""
        _set_image(dataset, place)
        dataset.FrameOfReferenceUID = f"{place.sample.header.study_instance_uid}.8"
        dataset.PositionReferenceIndicator = ""
        dataset.PixelSpacing = [spacing, spacing]
        dataset.SliceThickness = thickness
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.ImagePositionPatient = [0, 0, place.number * thickness]
        _set_pixels(dataset, shipped(source), place)

    return set_own


def _set_pixels(dataset: Dataset, pixels: Pixels, place: Place) -> None:
    """Pixels of an image, different for each image of the sample."""
    pixels.describe(dataset)
    dataset.PixelData = pixels.rolled(place.series.number * 16 + place.number)


def _set_radiograph(dataset: Dataset, place: Place) -> None:
    _set_image(dataset, place)
    pixels = shipped("dicomdirtests/77654033/CR1/6154").enlarged(8)
    dataset.ViewPosition = "PA" if place.number == 1 else "LL"
    dataset.PatientOrientation = ["L", "F"] if place.number == 1 else ["A", "F"]
    _set_pixels(dataset, pixels, place)


def _set_enhanced(dataset: Dataset, place: Place) -> None:
    _set_image(dataset, place)
    del dataset.AnatomicRegionSequence  # stands in the functional groups here
    dataset.FrameOfReferenceUID = f"{place.sample.header.study_instance_uid}.8"
    set_enhanced_mr(dataset, place.sample, shipped("MR_small.dcm"))


_CLIP: Final = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "NumberOfFrames",
    "FrameTime",
    "FrameIncrementPointer",
)


def _set_clip(dataset: Dataset, place: Place) -> None:
    """Ultrasound as the scanner compressed it: the JPEG frames are copied with their fragments."""
    _set_image(dataset, place)
    clip = shipped_file("examples_ybr_color.dcm")
    for keyword in _CLIP:
        setattr(dataset, keyword, clip[keyword].value)
    dataset.PixelData = clip.PixelData
    dataset["PixelData"].is_undefined_length = True


def _set_report(dataset: Dataset, place: Place) -> None:
    """A report that points to the first image of the study."""
    sample = place.sample
    first = Place(sample=sample, series=sample.series[0], number=1)
    image = Illustration(
        series_instance_uid=first.series_instance_uid,
        sop_class_uid=_KINDS[first.series.kind].sop_class_uid,
        sop_instance_uid=first.sop_instance_uid,
    )
    set_report(dataset, sample, image)


# --- kinds -----------------------------------------------------------------------------------

_DEVICE: Final = {"Manufacturer": "Example Imaging", "ManufacturerModelName": "Example"}
_CT: Final = _DEVICE | {  # PS3.3: Table C.8-3
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "PatientPosition": "HFS",
    "PatientOrientation": ["L", "P"],
    "KVP": 120,
    "AcquisitionNumber": 1,
    "RescaleIntercept": -1024,
    "RescaleSlope": 1,
    "RescaleType": "HU",
    "WindowCenter": 40,
    "WindowWidth": 400,
}
_MR: Final = _DEVICE | {  # PS3.3: Table C.8-4
    "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
    "PatientPosition": "FFS",
    "PatientOrientation": ["L", "P"],
    "Laterality": "L",
    "ScanningSequence": "SE",
    "SequenceVariant": "NONE",
    "ScanOptions": "",
    "MRAcquisitionType": "2D",
    "RepetitionTime": 3000,
    "EchoTime": 30,
    "EchoTrainLength": 1,
    "MagneticFieldStrength": 1.5,
    "WindowCenter": 600,
    "WindowWidth": 1600,
}
_CR: Final = _DEVICE | {  # PS3.3: Table C.8-1 and Table C.8-2
    "ImageType": ["ORIGINAL", "PRIMARY"],
    "KVP": 125,
    "PlateID": "",
    "CassetteOrientation": "",
    "WindowCenter": 1600,
    "WindowWidth": 2800,
}
_US: Final = _DEVICE | {  # PS3.3: Table C.8-18
    "ImageType": ["ORIGINAL", "PRIMARY"],
    "PatientOrientation": "",
    "LossyImageCompression": "01",
    "LossyImageCompressionRatio": 36.4,
    "LossyImageCompressionMethod": "ISO_10918_1",
}

_KINDS: Final[Mapping[str, Kind]] = {
    "ct": Kind(
        modality="CT",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        constant=_CT,
        set_own=_set_slice("CT_small.dcm", 0.661468, 5.0),
    ),
    "ct-bone": Kind(
        modality="CT",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        constant=_CT | {"ConvolutionKernel": "BONE", "WindowCenter": 400, "WindowWidth": 2000},
        set_own=_set_slice("CT_small.dcm", 0.661468, 2.0),
    ),
    "mr": Kind(
        modality="MR",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
        constant=_MR,
        set_own=_set_slice("MR_small.dcm", 2.5, 3.0),
    ),
    "cr": Kind(
        modality="CR",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1",
        constant=_CR,
        set_own=_set_radiograph,
    ),
    "enhanced-mr": Kind(
        modality="MR",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.4.1",
        constant={},
        set_own=_set_enhanced,
    ),
    "us-clip": Kind(
        modality="US",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.3.1",
        constant=_US,
        set_own=_set_clip,
        transfer_syntax_uid=JPEGBaseline8Bit,
    ),
    "sr": Kind(
        modality="SR",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.88.11",
        constant=_DEVICE,
        set_own=_set_report,
    ),
}
"""Builders by the name that SampleSeries.kind gives."""
