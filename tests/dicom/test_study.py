from __future__ import annotations

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.study import Instance, Series, Study, StudyHeader, once

HEAD, NECK = CodedEntry("69536005", "SCT", "Head"), CodedEntry("45048000", "SCT", "Neck")


def a_series(number: int, modality: str | None, *regions: CodedEntry) -> Series:
    instance = Instance(sop_instance_uid=f"2.999.{number}.1", sop_class_uid="1.2")
    return Series(
        series_instance_uid=f"2.999.{number}", modality=modality, regions=regions, instances=(instance,)
    )


STUDY = Study(
    header=StudyHeader(study_instance_uid="2.999"),
    series=(a_series(1, "CT", HEAD), a_series(2, None), a_series(3, "SR"), a_series(4, "CT", NECK, HEAD)),
)


def test_each_modality_and_region_is_told_once() -> None:
    assert (STUDY.modalities, STUDY.regions) == (("CT", "SR"), (HEAD, NECK))


def test_instances_come_series_by_series() -> None:
    uids = [instance.sop_instance_uid for instance in STUDY.instances]
    assert uids == ["2.999.1.1", "2.999.2.1", "2.999.3.1", "2.999.4.1"]


def test_once_keeps_the_first_place() -> None:
    assert once([2, 1, 2, 3, 1]) == (2, 1, 3)
