"""A source in front of an archive, over sockets: one of ours, and Orthanc where it is installed."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pydicom
import pytest
import requests
from a_peer import peers, said
from a_zeep_client import outcome
from dicomweb_client import DICOMwebClient
from rejections import a_note
from wire import get, post, send

from tests.orthanc import MISSING, orthanc, program
from xdsi_sim.actors.ports import BackendFailed
from xdsi_sim.client.zeep_mtom import connect
from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.scenario.stage import Stage
from xdsi_sim.scenario.steps.publish import Publish, play
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Listen, Patience, Topology
from xdsi_sim.vocab import TRANSACTIONS

SOURCE, OID = "pacs-north", "2.999.20.10"
EXPLICIT = "1.2.840.10008.1.2.1"
ANYWHERE = Listen("127.0.0.1", 0)
PASSWORD = "open: sesame ä"


@dataclass(frozen=True)
class Front:
    """A source in front of an archive that has a study."""

    running: RunningTopology
    archive: str
    files: tuple[Path, ...]

    @property
    def study(self) -> str:
        return str(pydicom.dcmread(self.files[0], stop_before_pixels=True).StudyInstanceUID)

    @property
    def base(self) -> str:
        return self.running.dicomweb_of(SOURCE)


TOPOLOGY = """\
name: %s
communities:
  - id: national
    homeCommunityId: urn:oid:2.999.10
    patientAuthority: 2.999.10.1
    registry: {id: registry}
    repositories:
      - {id: repository, repositoryUniqueId: 2.999.10.3}
    sources:
      - id: pacs-north
        oid: 2.999.20.10
        aeTitle: NORTH
        publishesTo: repository
        dicomweb: {delete: true}
        backend: %s
"""


def a_topology(folder: Path, name: str, backend: str = "local") -> Topology:
    path = folder / f"{name}.yaml"
    path.write_text(TOPOLOGY % (name, backend))
    return load_topology(path)


@pytest.fixture(scope="module", params=["ours", "orthanc"])
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if request.param == "orthanc" and program() is None:
        pytest.skip(MISSING)
    folder: Path = tmp_path_factory.mktemp(request.param)
    with an_archive(request.param, folder) as archive:
        topology = a_topology(folder, "front", f"{{dicomweb: '{archive}'}}")
        with start(topology, folder / "front", ANYWHERE) as running:
            files = tuple(write_sample("ct-head", folder / "ct-head"))
            loaded = running.store_of(SOURCE).add_all(files)
            assert (len(loaded.instances), loaded.broken) == (len(files), ())
            yield Front(running, archive, files)


@contextmanager
def an_archive(kind: str, folder: Path) -> Iterator[str]:
    """Address of the DICOMweb service of an empty archive."""
    if kind == "orthanc":
        with orthanc(folder / "orthanc") as (host, port):
            yield f"http://{host}:{port}/dicom-web"
    else:
        with start(a_topology(folder, "behind"), folder / "behind", ANYWHERE) as behind:
            yield behind.dicomweb_of(SOURCE)


# --- what the source gives of it --------------------------------------------------------------


def test_what_is_loaded_is_in_the_archive_and_not_with_the_source(front: Front) -> None:
    with client_of(front.archive) as client:
        assert len(client.search_for_instances(front.study)) == len(front.files)
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in front.files}
    kept = front.running.folder / SOURCE / "instances"
    assert not hashes & {path.stem for path in kept.rglob("*")}


def test_rad_69_gives_the_files_of_the_archive(front: Front) -> None:
    answer = ask(front, [item(uids) for uids in map(uids_of, front.files)], EXPLICIT)
    assert outcome(answer) == ("Success", [])
    given = {each.DocumentUniqueId: octets(each) for each in answer.DocumentResponse}
    assert given == {uids_of(path)[2]: path.read_bytes() for path in front.files}


def test_rad_69_gives_another_transfer_syntax_and_each_error_by_itself(front: Front) -> None:
    study, series, sop = uids_of(front.files[0])
    wrong = [("1.2.3", series, sop), (study, series, "2.999.404"), (study, series, "no/../uid")]
    answer = ask(front, [item((study, series, sop)), *map(item, wrong)], "1.2.840.10008.1.2")
    assert outcome(answer) == (
        "PartialSuccess",
        [("XDSDocumentUniqueIdError", uids[2]) for uids in wrong],
    )
    context = answer.RegistryResponse.RegistryErrorList.RegistryError[0].codeContext
    assert "is not in study '1.2.3'" in context
    (given,) = answer.DocumentResponse
    assert pydicom.dcmread(io.BytesIO(octets(given))).file_meta.TransferSyntaxUID == "1.2.840.10008.1.2"


def test_what_the_archive_was_asked_stands_beside_what_the_source_was(front: Front) -> None:
    study, series, sop = uids_of(front.files[0])
    ask(front, [item((study, series, sop))], EXPLICIT)
    get(f"{front.base}/studies/{study}", "Accept: */*")
    exchanges = front.running.exchanges()
    for transaction in ("RAD-69", "WADO-RS"):
        asked = [one for one in exchanges if one.transaction == transaction and one.receiver == SOURCE][-1]
        (onward,) = [one for one in exchanges if one.conversation == asked.conversation and one is not asked]
        assert (onward.sender, onward.transaction, onward.status) == (SOURCE, "WADO-RS", "HTTP 200")


def test_a_client_that_is_not_ours_sees_a_dicomweb_service_as_any_other(front: Front) -> None:
    with client_of(front.base) as client:
        (found,) = client.search_for_studies(search_filters={"StudyInstanceUID": front.study})
        page = client.search_for_instances(front.study, limit=3, offset=1)
        files = client.retrieve_study(front.study)
        metadata = client.retrieve_study_metadata(front.study)
        (frame,) = client.retrieve_instance_frames(*uids_of(front.files[0]), [1])
    assert found["00081190"]["Value"] == [f"{front.base}/studies/{front.study}"]
    assert found["00081030"]["Value"] == ["CT Head"]
    assert len(page) == 3
    assert {each.SOPInstanceUID for each in files} == {uids_of(path)[2] for path in front.files}
    assert [each["00080018"]["Value"][0] for each in metadata] == [
        image.sopInstanceUID for image in front.running.store_of(SOURCE).instances(front.study)
    ]
    assert frame == part10.read(FileContent.of(front.files[0])).PixelData


def test_bulk_values_are_at_addresses_of_the_source(front: Front) -> None:
    told = found(f"{front.base}/studies/{front.study}/metadata")[0]
    address = told["7FE00010"]["BulkDataURI"]
    assert address.startswith(f"{front.base}/studies/")
    answer = get(address)
    assert answer.status == 200
    assert len(answer.body) >= 128 * 128 * 2


def test_wado_uri_gives_a_picture(front: Front) -> None:
    study, series, sop = uids_of(front.files[0])
    query = urlencode({"requestType": "WADO", "studyUID": study, "seriesUID": series, "objectUID": sop})
    answer = get(f"{front.running.wado_of(SOURCE)}?{query}")
    assert (answer.status, answer.body[:2]) == (200, b"\xff\xd8")


def test_a_study_is_published_once_and_its_manifest_leads_to_the_source(front: Front) -> None:
    stage = Stage.on(front.running, "c", Path())
    step = Publish(source=SOURCE, studies=[front.study])
    first, again = play(step, stage), play(step, stage)
    assert (first.text, again.text) == ("1 manifest", "1 manifest, 1 unchanged")
    (published,) = first.value["manifests"]
    assert published.entry.repositoryUniqueId in (None, "2.999.10.3")
    study = front.running.store_of(SOURCE).study(front.study)
    assert study is not None
    assert len(study.instances) == len(front.files)


def test_a_rejected_instance_is_hidden_by_the_source_and_stays_in_the_archive(
    front: Front, tmp_path: Path
) -> None:
    paths = write_sample("cr-chest", tmp_path)
    source = front.running.store_of(SOURCE)
    source.add_all(paths)
    study, series, sop = uids_of(paths[-1])
    source.add(a_note(study, sop))
    assert get(f"{front.base}/studies/{study}/series/{series}/instances/{sop}").status == 404
    shown = found(f"{front.base}/studies/{study}/instances?limit=100")
    assert len(shown) == len(paths) - 1
    assert found(f"{front.base}/studies/{study}/instances?offset=1&limit=100") == shown[1:]
    answer = ask(front, [item((study, series, sop))], EXPLICIT)
    assert outcome(answer) == ("Failure", [("XDSDocumentUniqueIdError", sop)])
    assert "rejected" in answer.RegistryResponse.RegistryErrorList.RegistryError[0].codeContext
    there = {each["00080018"]["Value"][0] for each in found(f"{front.archive}/studies/{study}/instances")}
    assert there == {uids_of(path)[2] for path in paths}  # the note is not there


def test_what_is_stored_at_the_source_goes_to_the_archive(front: Front, tmp_path: Path) -> None:
    paths = write_sample("us-heart", tmp_path)
    with client_of(front.base) as client:
        report = client.store_instances([pydicom.dcmread(path) for path in paths])
    study, _, sop = uids_of(paths[0])
    (stored,) = report.ReferencedSOPSequence
    assert (stored.ReferencedSOPInstanceUID, stored.RetrieveURL[: len(front.base)]) == (sop, front.base)
    assert len(found(f"{front.archive}/studies?StudyInstanceUID={study}")) == 1
    other = send(front.base, post(f"{front.base}/studies/1.2.3", "application/dicom", paths[0].read_bytes()))
    assert (other.status, b"43264" in other.body) == (409, True)
    assert send(front.base, post(f"{front.base}/studies", "application/dicom", b"none")).status == 409


# --- what it says when the archive fails --------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "http", "why"),
    [
        (None, 504, "no answer within 0.3 s"),
        (b"", 502, "the connection broke"),
        (said("503 Busy", b"try again", "text/plain"), 502, "HTTP 503, try again"),
        (said("200 OK", b"<html/>", "text/html"), 502, "no DICOM file"),
    ],
)
def test_an_archive_that_fails_is_an_error_of_each_face_and_no_hang(
    tmp_path: Path, answers: bytes | None, http: int, why: str
) -> None:
    uids = ("2.999.1", "2.999.2", "2.999.3")
    with peers() as peer:
        topology = a_topology(tmp_path, "front", f"{{dicomweb: '{peer(lambda _request: answers)}'}}")
        topology = topology.model_copy(update={"timeouts": Patience(firstByte=0.3)})
        with start(topology, tmp_path / "data", ANYWHERE) as running:
            front = Front(running, "", ())
            answer = ask(front, [item(uids)], EXPLICIT)
            place = "studies/{}/series/{}/instances/{}".format(*uids)
            query = urlencode(dict(zip(("studyUID", "seriesUID", "objectUID"), uids, strict=True)))
            wado = get(f"{running.wado_of(SOURCE)}?requestType=WADO&{query}")
            web = [get(f"{front.base}/{path}") for path in (place, f"{place}/frames/1")]
            more = [get(f"{front.base}/{path}").status for path in ("studies", f"{place}/metadata")]
    assert outcome(answer) == ("Failure", [("XDSRepositoryError", uids[2])])
    assert why in answer.RegistryResponse.RegistryErrorList.RegistryError[0].codeContext
    assert [one.status for one in (wado, *web)] == [http] * 3
    assert all(why in one.body.decode() for one in (wado, *web))
    assert more == [http] * 2
    assert web[0].headers["access-control-allow-origin"] == "*"


def test_load_stores_in_the_archive(tmp_path: Path) -> None:
    files = write_sample("us-heart", tmp_path / "files")
    with an_archive("ours", tmp_path) as archive:
        a_topology(tmp_path, "front", f"{{dicomweb: '{archive}'}}")
        options = ("--topology", str(tmp_path / "front.yaml"), "--data", str(tmp_path / "data"))
        command = [sys.executable, "-m", "xdsi_sim", "load", str(tmp_path / "files"), "--json", *options]
        loaded = subprocess.run(command, check=False, capture_output=True, text=True)
        assert (loaded.returncode, loaded.stderr) == (0, "")
        assert json.loads(loaded.stdout)["instances"] == len(files)
        study = uids_of(files[0])[0]
        assert len(found(f"{archive}/studies?StudyInstanceUID={study}")) == 1


@contextmanager
def client_of(url: str) -> Iterator[Any]:
    with requests.Session() as session:
        yield DICOMwebClient(url, session=session)


def found(url: str) -> list[dict[str, Any]]:
    answer = get(url, "Accept: application/dicom+json")
    assert answer.status == 200
    results: list[dict[str, Any]] = json.loads(answer.body)
    return results


def uids_of(path: Path) -> tuple[str, str, str]:
    dataset = pydicom.dcmread(path, stop_before_pixels=True)
    return str(dataset.StudyInstanceUID), str(dataset.SeriesInstanceUID), str(dataset.SOPInstanceUID)


def item(uids: tuple[str, str, str]) -> dict[str, Any]:
    document = {"RepositoryUniqueId": OID, "DocumentUniqueId": uids[2]}
    series = {"seriesInstanceUID": uids[1], "DocumentRequest": [document]}
    return {"studyInstanceUID": uids[0], "SeriesRequest": [series]}


def ask(front: Front, items: list[dict[str, Any]], syntax: str) -> Any:
    client = connect(front.running.url_of(SOURCE))
    return client.service[TRANSACTIONS["RAD-69"].operation](
        StudyRequest=items, TransferSyntaxUIDList={"TransferSyntaxUID": [syntax]}
    )


def octets(response: Any) -> bytes:
    return bytes(getattr(response.Document, "_value_1", response.Document))


# --- an archive that wants a password ---------------------------------------------------------


@pytest.mark.skipif(program() is None, reason=MISSING)
def test_an_archive_gets_its_password_and_the_log_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with orthanc(tmp_path / "orthanc", {"front": PASSWORD}) as (host, port):
        backend = f"{{dicomweb: 'http://{host}:{port}/dicom-web', user: front, passwordFrom: ARCHIVE}}"
        files = tuple(write_sample("cr-chest", tmp_path / "chest"))
        monkeypatch.setenv("ARCHIVE", "wrong")
        wrong = a_topology(tmp_path, "wrong", backend)
        with (
            start(wrong, tmp_path / "wrong", ANYWHERE) as running,
            pytest.raises(BackendFailed, match="HTTP 401"),
        ):
            running.store_of(SOURCE).add_all(files)
        monkeypatch.setenv("ARCHIVE", PASSWORD)
        with start(a_topology(tmp_path, "right", backend), tmp_path / "right", ANYWHERE) as running:
            assert len(running.store_of(SOURCE).add_all(files).instances) == len(files)
            asked = [one for one in running.exchanges() if one.sender == SOURCE]
    assert {one.status for one in asked} == {"HTTP 200"}
    for exchange in asked:
        assert ("Authorization", "(not recorded)") in exchange.request.headers
