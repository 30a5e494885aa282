"""dicomtrolley, a client not written here, does all that it can do over the web, against a running source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pydicom
import pytest
import requests
from a_domain import domain
from dicomtrolley.core import (
    DICOMObjectReference,
    Downloader,
    InstanceReference,
    Query,
    SeriesReference,
    StudyReference,
    to_instance_refs,
)
from dicomtrolley.exceptions import DICOMTrolleyError
from dicomtrolley.qido_rs import HierarchicalQuery, QidoRS, RelationalQuery
from dicomtrolley.trolley import Trolley
from dicomtrolley.wado_rs import WadoRS, WadoRSMetaData
from dicomtrolley.wado_uri import WadoURI
from pydicom.uid import JPEGBaseline8Bit

from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.topology.build import RunningTopology

CT, US = "2.999.76.1", "2.999.76.5"
FEBRUARY = datetime(2024, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    folder = tmp_path_factory.mktemp("trolley")
    with domain(folder / "data") as started:
        for sample in ("ct-head", "us-heart"):
            started.store_of("pacs").add_all(write_sample(sample, folder / sample))
        yield started


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


@pytest.fixture
def searcher(running: RunningTopology, session: requests.Session) -> QidoRS:
    return QidoRS(session, running.dicomweb_of("pacs"))


def stored(running: RunningTopology, *studies: str) -> set[str]:
    """SOP Instance UIDs."""
    store = running.store_of("pacs")
    return {image.sopInstanceUID for study in studies for image in store.instances(study)}


# --- QIDO-RS ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "studies"),
    [
        (Query(), [US, CT]),
        (HierarchicalQuery(PatientID="N-4711"), [CT]),
        (HierarchicalQuery(PatientName="Bergström*"), [CT]),
        (HierarchicalQuery(ModalitiesInStudy="US"), [US]),
        (HierarchicalQuery(AccessionNumber="ACC-0001"), [CT]),
        (HierarchicalQuery(StudyInstanceUID=CT), [CT]),
        (
            HierarchicalQuery(min_study_date=FEBRUARY, max_study_date=FEBRUARY + timedelta(days=28)),
            [CT],
        ),
        (HierarchicalQuery(limit=1), [US]),
        (HierarchicalQuery(limit=1, offset=1), [CT]),
        (HierarchicalQuery(offset=2), []),
        (HierarchicalQuery(PatientID="nobody"), []),
    ],
)
def test_it_finds_studies(searcher: QidoRS, query: Query, studies: list[str]) -> None:
    assert [study.uid for study in searcher.find_studies(query)] == studies


@pytest.mark.parametrize(
    ("query", "series", "instances"),
    [
        (HierarchicalQuery(query_level="SERIES", StudyInstanceUID=CT), 3, 0),
        (
            HierarchicalQuery(query_level="INSTANCE", StudyInstanceUID=CT, SeriesInstanceUID=f"{CT}.1"),
            1,
            6,
        ),
        (RelationalQuery(query_level="SERIES", PatientID="N-4711"), 3, 0),
        (RelationalQuery(query_level="SERIES", PatientID="nobody"), 0, 0),
        (RelationalQuery(query_level="INSTANCE", StudyInstanceUID=CT), 3, 11),
        (RelationalQuery(query_level="INSTANCE"), 4, 12),
    ],
)
def test_it_finds_series_and_instances(searcher: QidoRS, query: Query, series: int, instances: int) -> None:
    found = [each for study in searcher.find_studies(query) for each in study.series]
    assert len(found) == series
    assert sum(len(each.instances) for each in found) == instances


def test_it_gets_the_fields_that_it_wants(searcher: QidoRS) -> None:
    query = HierarchicalQuery(StudyInstanceUID=CT, include_fields=["StudyDescription", "PatientAge"])
    (study,) = searcher.find_studies(query)
    assert study.data.StudyDescription == "CT Head"


# --- WADO-RS, WADO-URI -------------------------------------------------------------------------------


@pytest.fixture(params=["wado-rs", "wado-rs whole", "wado-uri", "wado-uri many"])
def downloader(
    request: pytest.FixtureRequest, running: RunningTopology, session: requests.Session
) -> Downloader:
    rs, uri = running.dicomweb_of("pacs"), running.wado_of("pacs")
    made: dict[str, Downloader] = {
        "wado-rs": WadoRS(session, rs),
        "wado-rs whole": WadoRS(session, rs, request_per_series=False),
        "wado-uri": WadoURI(session, uri),
        "wado-uri many": WadoURI(session, uri, use_async=True, max_workers=2),
    }
    return made[request.param]


def test_it_walks_from_a_patient_to_files(
    running: RunningTopology, searcher: QidoRS, downloader: Downloader, tmp_path: Path
) -> None:
    trolley = Trolley(searcher=searcher, downloader=downloader)
    (study,) = trolley.find_studies(RelationalQuery(query_level="INSTANCE", PatientID="N-4711"))
    trolley.download(to_instance_refs([study]), str(tmp_path))
    files = [pydicom.dcmread(path) for path in tmp_path.rglob("*") if path.is_file()]
    assert {dataset.SOPInstanceUID for dataset in files} == stored(running, CT)


def test_compressed_frames_come_decoded_unless_it_asks_for_them(
    running: RunningTopology, session: requests.Session
) -> None:
    (image,) = running.store_of("pacs").instances(US)
    reference = InstanceReference(
        study_uid=US, series_uid=image.seriesInstanceUID, instance_uid=image.sopInstanceUID
    )
    (dataset,) = WadoRS(session, running.dicomweb_of("pacs"), request_per_series=False).datasets([reference])
    assert (image.transferSyntaxUID, dataset.file_meta.TransferSyntaxUID) == (
        JPEGBaseline8Bit,
        "1.2.840.10008.1.2.1",
    )
    assert len(dataset.PixelData) == 30 * dataset.Rows * dataset.Columns * 3


@pytest.mark.parametrize(
    ("reference", "instances"),
    [
        (StudyReference(study_uid=CT), 11),
        (SeriesReference(study_uid=CT, series_uid=f"{CT}.1"), 6),
        (InstanceReference(study_uid=CT, series_uid=f"{CT}.1", instance_uid=f"{CT}.1.1"), 1),
    ],
)
def test_it_gets_metadata_at_every_level(
    running: RunningTopology, session: requests.Session, reference: DICOMObjectReference, instances: int
) -> None:
    found = list(WadoRSMetaData(session, running.dicomweb_of("pacs")).datasets([reference]))
    assert {dataset.SOPInstanceUID for dataset in found} <= stored(running, CT)
    assert len(found) == instances


def test_what_is_not_there_is_an_error_of_its_own(downloader: Downloader) -> None:
    nothing = InstanceReference(study_uid=CT, series_uid=f"{CT}.1", instance_uid="1.2.3")
    with pytest.raises(DICOMTrolleyError, match="404"):
        list(downloader.datasets([nothing]))
