"""A DICOMweb service over a socket, on an instance store with sample studies and files that pydicom ships."""

from __future__ import annotations

from pathlib import Path

import pydicom
from pydicom.data import get_testdata_file
from pydicom.uid import MPEG4HP41

from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.service import ANYBODY, DicomWeb
from xdsi_sim.server.dicomweb import DicomWebResource
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.site import ActorSite
from xdsi_sim.store.exchanges import NOT_RECORDED, Recorder
from xdsi_sim.store.instances import SqliteInstanceStore, StoredInstance

__all__ = ["UNDECODABLE", "a_service", "instance_path", "sample_store", "shipped", "undecodable"]

UNDECODABLE = "film.dcm"
SAMPLES = ("ct-head", "us-heart", "mr-brain-enhanced")


def shipped(name: str) -> Path:
    """A file that pydicom ships."""
    path = get_testdata_file(name, download=False)
    assert isinstance(path, str)
    return Path(path)


def sample_store(folder: Path, *files: str) -> SqliteInstanceStore:
    """A store with the sample studies and some shipped files, each a study; the caller closes it."""
    store = SqliteInstanceStore(folder / "pacs")
    paths = [path for name in SAMPLES for path in write_sample(name, folder / name)]
    paths += [renumbered(name, number, folder) for number, name in enumerate(files, start=1)]
    assert store.add_all(paths).broken == ()
    return store


def undecodable(folder: Path) -> Path:
    """A file that says that it is a film, for which no decoder of still images is ever installed."""
    dataset = pydicom.dcmread(shipped("MR_small_RLE.dcm"))
    dataset.file_meta.TransferSyntaxUID = MPEG4HP41
    dataset.save_as(folder / UNDECODABLE)
    return folder / UNDECODABLE


def renumbered(name: str, number: int, folder: Path) -> Path:
    """A shipped file with UIDs of its own: several of them are the same object in other transfer syntaxes."""
    dataset = pydicom.dcmread(undecodable(folder) if name == UNDECODABLE else shipped(name))
    dataset.StudyInstanceUID = f"2.999.80.{number}"
    dataset.SeriesInstanceUID = f"2.999.80.{number}.1"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"2.999.80.{number}.1.1"
    dataset.save_as(folder / name)
    return folder / name


def a_service(
    site: ActorSite,
    store: SqliteInstanceStore,
    *,
    path: str = "/dicom-web",
    recorder: Recorder = NOT_RECORDED,
    origins: tuple[str, ...] = ANYBODY,
    deletes: bool = False,
    most: int = 1000,
) -> str:
    """Put a service on the site; gives its address."""
    url = f"http://127.0.0.1:{site.port}{path}"
    archive = Archive(store=store, base=url, most=most, deletes=deletes)
    resource = DicomWebResource(
        actor_id="pacs",
        service=DicomWeb(archive=archive, origins=origins),
        recorder=recorder,
        reactor=running_loop().reactor,
    )
    site.put(path, resource)
    return url


def instance_path(image: StoredInstance) -> str:
    """`studies/…/series/…/instances/…`."""
    return (
        f"studies/{image.studyInstanceUID}/series/{image.seriesInstanceUID}/instances/{image.sopInstanceUID}"
    )
