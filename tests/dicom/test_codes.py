from __future__ import annotations

from typing import Any

from pydicom.sr._concepts_dict import concepts

from xdsi_sim.dicom.codes import ACQUISITION_MODALITIES, BODY_PARTS, REGIONS

TARGETS = {  # of MADO
    "63337009",
    "38266002",
    "53120007",
    "61685007",
    "67734004",
    "774007",
    "113257007",
    "80891009",
    "76752008",
    "1141981001",
}


def test_acquisition_modalities_are_cid_29() -> None:
    dcm: dict[str, Any] = concepts["DCM"]
    cid_29 = {
        code: meaning
        for entry in dcm.values()
        for code, (meaning, contexts) in entry.items()
        if 29 in contexts
    }
    assert cid_29 == ACQUISITION_MODALITIES


def test_every_region_rolls_up_to_target_regions() -> None:
    assert {target for region in REGIONS.values() for target in region.targets} == TARGETS


def test_every_body_part_is_a_known_region() -> None:
    assert set(BODY_PARTS.values()) <= set(REGIONS)
