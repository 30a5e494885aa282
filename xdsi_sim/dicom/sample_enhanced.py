"""The enhanced MR of the samples: one object, many frames, functional groups filled (PS3.3: A.36.2).

What is the same for all frames stands in the shared functional groups, the rest in those per frame.
"""

from __future__ import annotations

from typing import Any, Final

from pydicom.dataset import Dataset

from xdsi_sim.dicom.modules import code_items, item, set_all
from xdsi_sim.dicom.sample_pixels import Pixels
from xdsi_sim.dicom.samples import Sample

__all__ = ["FRAMES", "set_enhanced_mr"]

FRAMES: Final = 8

_SPACING_MM: Final = 5.0

_KIND: Final[dict[str, Any]] = {
    "PixelPresentation": "MONOCHROME",
    "VolumetricProperties": "VOLUME",
    "VolumeBasedCalculationTechnique": "NONE",
    "ComplexImageComponent": "MAGNITUDE",
    "AcquisitionContrast": "T2",
}
_IMAGE: Final[dict[str, Any]] = _KIND | {  # PS3.3: Table C.8-81
    "ImageType": ["ORIGINAL", "PRIMARY", "T2", "NONE"],
    "ContentQualification": "PRODUCT",
    "ResonantNucleus": "1H",
    "KSpaceFiltering": "NONE",
    "MagneticFieldStrength": 1.5,
    "ApplicableSafetyStandardAgency": "IEC",
    "ApplicableSafetyStandardDescription": "IEC 60601-2-33",
    "BurnedInAnnotation": "NO",
    "LossyImageCompression": "00",
    "PresentationLUTShape": "IDENTITY",
    "AcquisitionNumber": 1,
    "AcquisitionDuration": 180.0,
    "PatientPosition": "HFS",
    "PositionReferenceIndicator": "",
    "AcquisitionContextSequence": [],
}
_PULSE_SEQUENCE: Final[dict[str, Any]] = {  # PS3.3: Table C.8-87
    "PulseSequenceName": "FSE",
    "MRAcquisitionType": "2D",
    "EchoPulseSequence": "SPIN",
    "MultipleSpinEcho": "YES",
    "MultiPlanarExcitation": "NO",
    "PhaseContrast": "NO",
    "TimeOfFlightContrast": "NO",
    "SteadyStatePulseSequence": "NONE",
    "EchoPlanarPulseSequence": "NO",
    "SaturationRecovery": "NO",
    "SpectrallySelectedSuppression": "NONE",
    "OversamplingPhase": "NONE",
    "GeometryOfKSpaceTraversal": "RECTILINEAR",
    "RectilinearPhaseEncodeReordering": "LINEAR",
    "SegmentedKSpaceTraversal": "SINGLE",
    "NumberOfKSpaceTrajectories": 1,
}
_DEVICE: Final[dict[str, Any]] = {  # PS3.3: Table C.7-8b
    "Manufacturer": "Example Imaging",
    "ManufacturerModelName": "Example MR 1.5T",
    "DeviceSerialNumber": "0001",
    "SoftwareVersions": "1.0",
}
_SHARED: Final[dict[str, list[dict[str, Any]]]] = {  # PS3.3: Table A.36-2
    "PixelMeasuresSequence": [
        {"PixelSpacing": [3.125, 3.125], "SliceThickness": _SPACING_MM, "SpacingBetweenSlices": _SPACING_MM}
    ],
    "PlaneOrientationSequence": [{"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}],
    "PixelValueTransformationSequence": [{"RescaleIntercept": 0, "RescaleSlope": 1, "RescaleType": "US"}],
    "FrameVOILUTSequence": [{"WindowCenter": 600, "WindowWidth": 1600}],
    "MRImageFrameTypeSequence": [_KIND | {"FrameType": _IMAGE["ImageType"]}],
    "MRTimingAndRelatedParametersSequence": [
        {
            "RepetitionTime": 4000.0,
            "FlipAngle": 90.0,
            "EchoTrainLength": 8,
            "RFEchoTrainLength": 8,
            "GradientEchoTrainLength": 0,
            "SpecificAbsorptionRateSequence": [
                {"SpecificAbsorptionRateDefinition": "IEC_WHOLE_BODY", "SpecificAbsorptionRateValue": 1.0}
            ],
            "GradientOutputType": "PER_NERVE_STIM",
            "GradientOutput": 50.0,
            "OperatingModeSequence": [
                {"OperatingModeType": "STATIC FIELD", "OperatingMode": "IEC_NORMAL"},
                {"OperatingModeType": "RF", "OperatingMode": "IEC_NORMAL"},
                {"OperatingModeType": "GRADIENT", "OperatingMode": "IEC_NORMAL"},
            ],
        }
    ],
    "MRFOVGeometrySequence": [
        {
            "InPlanePhaseEncodingDirection": "ROW",
            "MRAcquisitionFrequencyEncodingSteps": 64,
            "MRAcquisitionPhaseEncodingStepsInPlane": 64,
            "PercentSampling": 100.0,
            "PercentPhaseFieldOfView": 100.0,
        }
    ],
    "MREchoSequence": [{"EffectiveEchoTime": 100.0}],
    "MRModifierSequence": [
        {
            "InversionRecovery": "NO",
            "FlowCompensation": "NONE",
            "Spoiling": "NONE",
            "T2Preparation": "NO",
            "SpectrallySelectedExcitation": "NONE",
            "SpatialPresaturation": "NONE",
            "PartialFourier": "NO",
            "ParallelAcquisition": "NO",
        }
    ],
    "MRImagingModifierSequence": [
        {
            "MagnetizationTransfer": "NONE",
            "BloodSignalNulling": "NO",
            "Tagging": "NONE",
            "TransmitterFrequency": 63.87,
            "PixelBandwidth": 200.0,
        }
    ],
    "MRReceiveCoilSequence": [
        {
            "ReceiveCoilName": "HEAD",
            "ReceiveCoilManufacturerName": "",
            "ReceiveCoilType": "VOLUME",
            "QuadratureReceiveCoil": "YES",
        }
    ],
    "MRTransmitCoilSequence": [
        {"TransmitCoilName": "BODY", "TransmitCoilManufacturerName": "", "TransmitCoilType": "BODY"}
    ],
    "MRAveragesSequence": [{"NumberOfAverages": 1.0}],
}


def set_enhanced_mr(dataset: Dataset, sample: Sample, pixels: Pixels) -> None:
    """What makes `dataset` an Enhanced MR image of FRAMES frames."""
    header = sample.header
    started = f"{header.date}{header.time}"
    set_all(dataset, _IMAGE | _PULSE_SEQUENCE | _DEVICE)
    dataset.AcquisitionDateTime = started
    dataset.NumberOfFrames = FRAMES
    dataset.SharedFunctionalGroupsSequence = [_shared_groups(sample)]
    dataset.PerFrameFunctionalGroupsSequence = [_frame_groups(number, started) for number in range(FRAMES)]
    _set_dimensions(dataset, f"{header.study_instance_uid}.9")
    pixels.describe(dataset)
    dataset.PixelData = b"".join(pixels.rolled(number) for number in range(FRAMES))


def _shared_groups(sample: Sample) -> Dataset:
    anatomy = item(FrameLaterality="U", AnatomicRegionSequence=code_items(sample.region))
    return item(**_SHARED, FrameAnatomySequence=[anatomy])


def _frame_groups(number: int, started: str) -> Dataset:
    content = {
        "FrameAcquisitionDateTime": started,
        "FrameReferenceDateTime": started,
        "FrameAcquisitionDuration": 180.0,
        "DimensionIndexValues": [1, number + 1],
        "StackID": "1",
        "InStackPositionNumber": number + 1,
    }
    position = {"ImagePositionPatient": [-100.0, -100.0, number * _SPACING_MM]}
    return item(FrameContentSequence=[content], PlanePositionSequence=[position])


def _set_dimensions(dataset: Dataset, organization: str) -> None:
    """Frames are ordered by stack and by their place in it (PS3.3: C.7.6.17)."""
    in_frame_content = {"FunctionalGroupPointer": 0x00209111, "DimensionOrganizationUID": organization}
    pointers = (("Stack", 0x00209056), ("Position in stack", 0x00209057))
    dataset.DimensionOrganizationSequence = [item(DimensionOrganizationUID=organization)]
    dataset.DimensionIndexSequence = [
        item(DimensionIndexPointer=pointer, DimensionDescriptionLabel=label, **in_frame_content)
        for label, pointer in pointers
    ]
