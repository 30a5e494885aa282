from __future__ import annotations

from a_survey import edited, surveyed
from pydicom.dataset import Dataset

from xdsi_sim.checklist.checking import judge
from xdsi_sim.checklist.described import DescribedInstance
from xdsi_sim.checklist.observed import Observed, SeenManifest
from xdsi_sim.checklist.results import Result
from xdsi_sim.checklist.rows import ROWS


def in_the_evidence(manifest: SeenManifest) -> SeenManifest:
    """A manifest of XDS-I with what the recommendations first put into its evidence."""
    assert manifest.served is not None
    series = {each.series_instance_uid: each for each in manifest.served.series}
    instances = {each.sop_instance_uid: each for each in manifest.served.instances}

    def edit(dataset: Dataset) -> None:
        study = dataset.CurrentRequestedProcedureEvidenceSequence[0]
        dataset.NumberOfStudyRelatedSeries = len(study.ReferencedSeriesSequence)
        for item in study.ReferencedSeriesSequence:
            told = series[item.SeriesInstanceUID]
            item.Modality, item.SeriesNumber = told.modality, told.number
            item.SeriesDescription = told.description
            item.SeriesDate, item.SeriesTime = told.date, told.time
            item.NumberOfSeriesRelatedInstances = len(item.ReferencedSOPSequence)
            for reference in item.ReferencedSOPSequence:
                image = instances[reference.ReferencedSOPInstanceUID]
                reference.InstanceNumber = image.number
                if (image.frames or 1) > 1:
                    reference.NumberOfFrames = image.frames

    return edited(manifest, edit)


def test_descriptions_in_the_evidence_count_as_those_of_a_library() -> None:
    seen = surveyed("central").observed
    told = Observed(layout=seen.layout, manifests=tuple(map(in_the_evidence, seen.manifests)))
    for row in ("S-04", "K-09", "K-11", "K-12"):
        assert judge(ROWS[row], told).result is Result.PASS, (row, judge(ROWS[row], told).observed)
    assert judge(ROWS["D-07"], told).result is Result.FAIL  # MADO wants the library


def test_a_manifest_of_xds_i_names_instances_and_says_nothing_of_them() -> None:
    described = surveyed("central").observed.manifests[1].described
    assert (described.modalities, described.series_count) == ((), None)
    assert next(described.instances) == DescribedInstance(sopInstanceUID="2.999.76.2.1.1")
    assert [series.path for series in described.series] == [
        "(0040,A375)[1].(0008,1115)[1]",
        "(0040,A375)[1].(0008,1115)[2]",
    ]


def test_a_library_says_all() -> None:
    described = surveyed("mixed", "mado").observed.manifests[1].described
    series = described.series[0]
    assert (described.modalities, described.series_count) == (("MR",), 2)
    assert (series.modality, series.number, series.count) == ("MR", "1", 5)
    assert [code.meaning for code in (*series.regions, *series.lateralities)] == ["Knee", "Left"]
