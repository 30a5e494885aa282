"""Images through a gateway: how fast, against fetching them directly, and in what memory."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from tests.bench import messages
from tests.bench.running import MB, Peak, Row, Up, at_least, command, up
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.retrieve import DocumentRequest

__all__ = ["relay_rows"]

_HOME: Final = "urn:oid:2.999.30"
_ARCHIVE: Final = "2.999.30.10"
_STUDY: Final = "2.999.5.77"
_IMAGE: Final = 16 << 20
"""Octets of one image."""
_ROUNDS: Final = 9

_SOUTH: Final = """
name: south
communities:
  - id: south
    homeCommunityId: urn:oid:2.999.30
    patientAuthority: 2.999.10.1
    registry: {id: registry}
    repositories: [{id: repository, repositoryUniqueId: 2.999.30.3}]
    sources: [{id: archive, oid: 2.999.30.10, aeTitle: ARCHIVE, publishesTo: repository}]
    respondingImagingGateway: {id: rig}
"""


def relay_rows(work: Path, size: int) -> Iterator[Row]:
    """A study of `size` octets by RAD-75 against the same by RAD-69.

    Gateway and archive share a process, as they do by default; the gateway records all that it passes on.
    """
    count = size // _IMAGE
    topology = work / "south.yaml"
    topology.write_text(_SOUTH, encoding="ascii")
    _write_study(work / "study", count)
    command("load", str(work / "study"), "--data", str(work / "data"), "--topology", str(topology))
    with up(work / "data", topology=str(topology)) as running:
        direct = _Way(running, "archive", "RAD-69", count)
        passed_on = _Way(running, "rig", "RAD-75", count)
        direct.fetch(), passed_on.fetch()
        peak = Peak(running.pid)
        rounds = [(passed_on.fetch(), direct.fetch()) for _ in range(_ROUNDS)]
        memory = peak.row(f"memory, {size >> 20} MiB by RAD-75")
    figure, floor = sorted(rounds, key=lambda pair: pair[0] / pair[1])[_ROUNDS // 2]
    yield at_least(f"{size >> 20} MiB by RAD-75 / RAD-69", figure, floor, " MB/s", 0.5)
    yield memory


@dataclass(frozen=True)
class _Way:
    """One way to the study."""

    running: Up
    actor: str
    transaction: str
    count: int

    def fetch(self) -> float:
        """MB/s, of an answer that is taken into nothing as cheaply as can be."""
        url = self.running.urls[self.actor]
        request = messages.request(url, self.transaction, _asked(self.count))
        request = request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        buffer = memoryview(bytearray(1 << 20))
        with closing(socket.create_connection(self.running.address(self.actor))) as connection:
            began = time.perf_counter()
            connection.sendall(request)
            size = got = connection.recv_into(buffer)
            head = bytes(buffer[:got])
            while got := connection.recv_into(buffer):
                size += got
            took = time.perf_counter() - began
        if b"200 OK" not in head[:40] or b"ResponseStatusType:Success" not in head:
            raise RuntimeError(f"no images: {head[:2000]!r}")
        if not self.count * _IMAGE < size < self.count * (_IMAGE + 16384) + 65536:
            raise RuntimeError(f"{size} octets are no answer with {self.count} images")
        return size / MB / took


def _asked(count: int) -> RetrieveImagingDocumentSetRequest:
    return RetrieveImagingDocumentSetRequest(
        requests=tuple(
            ImagingDocumentRequest(
                studyInstanceUID=_STUDY,
                seriesInstanceUID=f"{_STUDY}.1",
                document=DocumentRequest(
                    homeCommunityId=_HOME,
                    repositoryUniqueId=_ARCHIVE,
                    documentUniqueId=f"{_STUDY}.1.{number}",
                ),
            )
            for number in range(count)
        ),
        transferSyntaxUIDs=(ExplicitVRLittleEndian,),
    )


def _write_study(folder: Path, count: int) -> None:
    """Images of noise, each as large as the others."""
    folder.mkdir()
    pixels = os.urandom(1 << 20) * (_IMAGE >> 20)
    for number in range(count):
        image = _image(f"{_STUDY}.1.{number}")
        image.PixelData = pixels
        image.save_as(folder / f"{number}.dcm", enforce_file_format=True)


def _image(uid: str) -> Dataset:
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID = SecondaryCaptureImageStorage
    image.SOPInstanceUID = uid
    image.StudyInstanceUID = _STUDY
    image.SeriesInstanceUID = f"{_STUDY}.1"
    image.Modality = "OT"
    image.PatientID = "B1"
    image.PatientName = "Bench^B"
    image.Rows, image.Columns = 4096, 4096
    image.SamplesPerPixel, image.BitsAllocated, image.BitsStored, image.HighBit = 1, 8, 8, 7
    image.PixelRepresentation, image.PhotometricInterpretation = 0, "MONOCHROME2"
    return image
