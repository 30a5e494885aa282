"""Code tables of PS3.16 that manifests and metadata need: schemes, modalities, regions, body parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.vocab import CodingScheme

__all__ = [
    "ACQUISITION_MODALITIES",
    "BODY_PARTS",
    "CODING_SCHEMES",
    "KEY_OBJECT_DESCRIPTION",
    "LATERALITIES",
    "OTHER_MODALITIES",
    "REGIONS",
    "TARGET_REGIONS",
    "Region",
    "modality_code",
    "target_regions",
]

CODING_SCHEMES: Final = {  # PS3.16: Table 8-1
    "C4": "2.16.840.1.113883.6.12",
    "DCM": CodingScheme.DCM,
    "DCMUID": CodingScheme.DICOM_UID,
    "LN": CodingScheme.LOINC,
    "RADLEX": "2.16.840.1.113883.6.256",
    "SCT": CodingScheme.SNOMED_CT,
    "SRT": CodingScheme.SNOMED_CT,
    "UCUM": "2.16.840.1.113883.6.8",
}
"""OID of a coding scheme by DICOM's designator; metadata names schemes by OID."""

KEY_OBJECT_DESCRIPTION: Final = CodedEntry("113012", "DCM", "Key Object Description")

ACQUISITION_MODALITIES: Final = {  # PS3.16: CID 29
    "AR": "Autorefraction",
    "BDUS": "Ultrasound Bone Densitometry",
    "BI": "Biomagnetic Imaging",
    "BMD": "Bone Mineral Densitometry",
    "CFM": "Confocal Microscopy",
    "CR": "Computed Radiography",
    "CT": "Computed Tomography",
    "DG": "Diaphanography",
    "DMS": "Dermoscopy",
    "DX": "Digital Radiography",
    "ECG": "Electrocardiography",
    "EEG": "Electroencephalography",
    "EMG": "Electromyography",
    "EOG": "Electrooculography",
    "EPS": "Cardiac Electrophysiology",
    "ES": "Endoscopy",
    "GM": "General Microscopy",
    "HD": "Hemodynamic Waveform",
    "IO": "Intra-oral Radiography",
    "IVOCT": "Intravascular Optical Coherence Tomography",
    "IVUS": "Intravascular Ultrasound",
    "KER": "Keratometry",
    "LEN": "Lensometry",
    "LS": "Laser Scan",
    "MG": "Mammography",
    "MR": "Magnetic Resonance",
    "NM": "Nuclear Medicine",
    "OAM": "Ophthalmic Axial Measurements",
    "OCT": "Optical Coherence Tomography",
    "OP": "Ophthalmic Photography",
    "OPM": "Ophthalmic Mapping",
    "OPT": "Ophthalmic Tomography",
    "OPTBSV": "Ophthalmic Tomography B-scan Volume Analysis",
    "OPTENF": "Ophthalmic Tomography En Face",
    "OPV": "Ophthalmic Visual Field",
    "OSS": "Optical Surface Scanner",
    "PA": "Photoacoustic",
    "POS": "Position Sensor",
    "PT": "Positron emission tomography",
    "PX": "Panoramic X-Ray",
    "RESP": "Respiratory Waveform",
    "RF": "Radiofluoroscopy",
    "RG": "Radiographic imaging",
    "RTIMAGE": "RT Image",
    "SM": "Slide Microscopy",
    "SRF": "Subjective Refraction",
    "TG": "Thermography",
    "US": "Ultrasound",
    "VA": "Visual Acuity",
    "XA": "X-Ray Angiography",
    "XC": "External-camera Photography",
}
"""Code meaning of each modality that acquires something; SR, KO, PR and their like are not here."""

OTHER_MODALITIES: Final = {  # PS3.16: CID 33, those that CID 29 has not
    "ASMT": "Content Assessment Result",
    "AU": "Audio",
    "CTPROTOCOL": "CT Protocol",
    "DOC": "Document",
    "FID": "Fiducials",
    "HC": "Hard Copy",
    "IOL": "Intraocular Lens Calculation",
    "KO": "Key Object Selection",
    "M3D": "Model for 3D Manufacturing",
    "OT": "Other",
    "PLAN": "Plan",
    "PR": "Presentation State",
    "REG": "Registration",
    "RTDOSE": "RT Dose",
    "RTPLAN": "RT Plan",
    "RTRECORD": "RT Treatment Record",
    "RTSTRUCT": "RT Structure Set",
    "RWV": "Real World Value Map",
    "SEG": "Segmentation",
    "SMR": "Stereometric Relationship",
    "SR": "Structured Report Document",
    "STAIN": "Automated Slide Stainer",
    "TEXTUREMAP": "Texture Map",
}
"""Code meaning of each modality that acquires nothing."""


@dataclass(frozen=True, slots=True)
class Region:
    """An anatomic region and the target regions of a whole study that it rolls up to."""

    entry: CodedEntry
    targets: tuple[str, ...]


def _region(code: str, meaning: str, *targets: str) -> tuple[str, Region]:
    return code, Region(CodedEntry(code, "SCT", meaning), targets or (code,))


HEAD_AND_NECK: Final = "774007"
UPPER_TRUNK: Final = "67734004"
LOWER_TRUNK: Final = "63337009"
UPPER_LIMB: Final = "53120007"
LOWER_LIMB: Final = "61685007"
SPINE: Final = "1141981001"
VESSELS: Final = "113257007"

REGIONS: Final = dict(
    (
        # the target regions of MADO: one of these stands for the study as a whole
        _region(HEAD_AND_NECK, "Head and Neck"),
        _region(UPPER_TRUNK, "Upper trunk"),
        _region(LOWER_TRUNK, "Lower trunk"),
        _region(UPPER_LIMB, "Upper limb"),
        _region(LOWER_LIMB, "Lower limb"),
        _region(SPINE, "Vertebral column"),
        _region(VESSELS, "Cardiovascular system"),
        _region("38266002", "Entire body"),
        _region("80891009", "Heart"),
        _region("76752008", "Breast"),
        # finer ones (PS3.16: CID 4031), rolled up by a table of this project
        _region("69536005", "Head", HEAD_AND_NECK),
        _region("89546000", "Skull", HEAD_AND_NECK),
        _region("12738006", "Brain", HEAD_AND_NECK),
        _region("45048000", "Neck", HEAD_AND_NECK),
        _region("816094009", "Chest", UPPER_TRUNK),
        _region("818981001", "Abdomen", LOWER_TRUNK),
        _region("816092008", "Pelvis", LOWER_TRUNK),
        _region("818982008", "Abdomen and Pelvis", LOWER_TRUNK),
        _region("416550000", "Chest and Abdomen", UPPER_TRUNK, LOWER_TRUNK),
        _region("416775004", "Chest, Abdomen and Pelvis", UPPER_TRUNK, LOWER_TRUNK),
        _region("421060004", "Spine", SPINE),
        _region("122494005", "Cervical spine", SPINE),
        _region("122495006", "Thoracic spine", SPINE),
        _region("122496007", "Lumbar spine", SPINE),
        _region("16982005", "Shoulder", UPPER_LIMB),
        _region("74670003", "Wrist joint", UPPER_LIMB),
        _region("85562004", "Hand", UPPER_LIMB),
        _region("29836001", "Hip", LOWER_LIMB),
        _region("72696002", "Knee", LOWER_LIMB),
        _region("70258002", "Ankle joint", LOWER_LIMB),
        _region("56459004", "Foot", LOWER_LIMB),
    )
)
"""Regions by SNOMED CT code."""

TARGET_REGIONS: Final = frozenset(code for code, region in REGIONS.items() if region.targets == (code,))
"""Codes of the regions that may stand for a study as a whole (RAD MADO)."""


def target_regions(region: CodedEntry) -> tuple[CodedEntry, ...]:
    """The target regions that a region rolls up to; none for one that the table does not have."""
    known = REGIONS.get(region.value) if region.scheme == "SCT" else None
    return tuple(REGIONS[target].entry for target in known.targets) if known else ()


def modality_code(modality: str) -> CodedEntry:
    """A modality as a coded entry; one that is in no table means itself."""
    known = {**ACQUISITION_MODALITIES, **OTHER_MODALITIES}
    return CodedEntry(modality, "DCM", known.get(modality, modality))


BODY_PARTS: Final = {  # PS3.16: Annex L, the defined terms of Body Part Examined
    "ABDOMEN": "818981001",
    "ABDOMENPELVIS": "818982008",
    "ANKLE": "70258002",
    "BRAIN": "12738006",
    "BREAST": "76752008",
    "CHEST": "816094009",
    "CHESTABDOMEN": "416550000",
    "CHESTABDPELVIS": "416775004",
    "CSPINE": "122494005",
    "FOOT": "56459004",
    "HAND": "85562004",
    "HEAD": "69536005",
    "HEADNECK": HEAD_AND_NECK,
    "HEART": "80891009",
    "HIP": "29836001",
    "KNEE": "72696002",
    "LSPINE": "122496007",
    "NECK": "45048000",
    "PELVIS": "816092008",
    "SHOULDER": "16982005",
    "SKULL": "89546000",
    "SPINE": "421060004",
    "TSPINE": "122495006",
    "WHOLEBODY": "38266002",
    "WRIST": "74670003",
}
"""Region code by Body Part Examined (0018,0015)."""

LATERALITIES: Final = {  # PS3.16: CID 244
    "L": CodedEntry("7771000", "SCT", "Left"),
    "R": CodedEntry("24028007", "SCT", "Right"),
    "B": CodedEntry("51440002", "SCT", "Bilateral"),
    "unilateral": CodedEntry("66459002", "SCT", "Unilateral"),
}
"""By Laterality (0020,0060) and its like; `U` there is an unpaired part, and no code."""
