"""Every sample case of the NIST XDS toolkit against running actors: status and error code are as it expects.

What the cases expect comes from their `cases.json` alone. `docs/conformance.md` has the outcome for users.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pydicom
import pytest
from feeds import added, tell
from nist import CASES, FOLDER, Outcome, ask, filled, renderer

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.vocab import NS, SUCCESS

pytestmark = pytest.mark.skipif(not CASES, reason="the sample cases are not beside this checkout")

AUTHORITY: Final = "2.999.1.1"
REPOSITORY: Final = "2.999.1.3"
IMAGES: Final = "1.3.6.1.4.1.21367.13.80.110"  # of the cases
UNKNOWN: Final = f"NOBODY^^^&{AUTHORITY}&ISO"

ANSWERED_BY: Final = {
    "ITI-18": "registry",
    "ITI-42": "registry",
    "ITI-57": "registry",
    "ITI-61": "registry",
    "ITI-62": "registry",
    "ITI-92": "registry",
    "ITI-41": "repository",
    "ITI-43": "repository",
    "RAD-68": "repository",
    "RAD-69": "source",
    "ITI-41-XDR": "recipient",
    "RAD-69-IIG": "iig",
    "RAD-75": "rig-201",
}
HELD_WRONG: Final = {"S02": "XDSRegistryDuplicateUniqueIdInMessage", "R07": "XDSUnknownRepositoryId"}
"""Cases that contradict the framework, with the code that is right; reasons stand in docs/conformance.md."""
MENDED: Final = {"submit/valid/s21-two-docs.xml": ("$uid:Document01$", "$uid:Document02$")}
"""The message before S21 is wrong in the same way: the last of the first is made the second."""

WITH_WHAT_IS_ASKED_FOR: Final = {
    # case: (file registered before, what placeholders name there, what the answer must count)
    "Q08": ("submit/valid/s01-single-doc.xml", {"$uid$": "uid:Document01"}, {"ExtrinsicObject": 1}),
    "Q09": (
        "submit/valid/s08-folder-with-doc.xml",
        {"$uuid1$": "uuid:Folder", "$uuid2$": "uuid:SubmissionSet01"},
        {"RegistryPackage": 1},
    ),
    "Q10": ("submit/valid/s08-folder-with-doc.xml", {"$uuid$": "uuid:Document01"}, {"Association": 2}),
    "Q11": (
        "submit/valid/s08-folder-with-doc.xml",
        {"$uuid$": "uuid:SubmissionSet01"},
        {"ExtrinsicObject": 1},
    ),
    "Q12": ("submit/valid/s08-folder-with-doc.xml", {"$uuid$": "uuid:Folder"}, {"ExtrinsicObject": 1}),
    "Q13": ("submit/valid/s01-single-doc.xml", {"$uuid$": "uuid:Document01"}, {"ExtrinsicObject": 0}),
}
"""The templates among the queries, with something to find."""


def community(number: int) -> dict[str, Any]:
    """A community of the gateway cases: a Responding Imaging Gateway, and images where there are any."""
    repository = {"id": f"repository-{number}", "repositoryUniqueId": f"2.999.{number}.3"}
    source = {
        "id": f"source-{number}",
        "oid": f"1.3.6.1.4.1.21367.13.71.{number}",
        "aeTitle": f"SOURCE{number}",
        "publishesTo": repository["id"],
    }
    return {
        "id": f"c{number}",
        "homeCommunityId": f"urn:oid:1.3.6.1.4.1.21367.13.70.{number}",
        "patientAuthority": f"2.999.{number}.1",
        "registry": {"id": f"registry-{number}"},
        "repositories": [repository],
        "sources": [source],
        "respondingImagingGateway": {"id": f"rig-{number}"},
    }


def topology() -> Topology:
    domain = {
        "id": "c",
        "homeCommunityId": "urn:oid:2.999.1",
        "patientAuthority": AUTHORITY,
        "registry": {"id": "registry", "patients": "fed-only"},
        "repositories": [{"id": "repository", "repositoryUniqueId": REPOSITORY}],
        "sources": [{"id": "source", "oid": IMAGES, "aeTitle": "SOURCE", "publishesTo": "repository"}],
        "recipients": [{"id": "recipient"}],
        "initiatingImagingGateway": {"id": "iig"},
    }
    gateways = [community(number) for number in (101, 102, 201)]
    return Topology.model_validate({"name": "nist", "communities": [domain, *gateways]})


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with start(topology(), tmp_path_factory.mktemp("nist"), Listen("127.0.0.1", 0)) as running:
        yield running


def asked_images(file: str) -> Iterator[tuple[str, str, str, str]]:
    """Retrieve Location UID, study, series and instance of all that a RAD-69 asks for."""
    rad, xds = f"{{{NS.XDSI}}}", f"{{{NS.XDS}}}"
    for series in parse((FOLDER / file).read_bytes()).iter(f"{rad}SeriesRequest"):
        for document in series.iter(f"{xds}DocumentRequest"):
            yield (
                str(document.findtext(f"{xds}RepositoryUniqueId")),
                str(series.getparent().get("studyInstanceUID")),
                str(series.get("seriesInstanceUID")),
                str(document.findtext(f"{xds}DocumentUniqueId")),
            )


def an_image(path: Path, study: str, series: str, sop: str) -> Path:
    """One of the sample images under other UIDs."""
    dataset = pydicom.dcmread(next((FOLDER / "dicom" / "images").glob("1.3*/*/*/*.dcm")))
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID = study, series, sop
    dataset.file_meta.MediaStorageSOPInstanceUID = sop
    dataset.save_as(path)
    return path


class Play:
    """One case: its prerequisites in order, then its message."""

    def __init__(self, domain: RunningTopology, case: dict[str, Any], folder: Path) -> None:
        self._domain = domain
        self._folder = folder
        self._case = case
        patients = {"$patientid$": "A", "$altpatientid$": "B"}
        self._known = {
            name: f"{case['id']}{letter}^^^&{AUTHORITY}&ISO" for name, letter in patients.items()
        } | {"$unknownpatientid$": UNKNOWN}

    def outcome(self) -> Outcome:
        for step in self._case["prerequisites"]:
            self._DO[step["do"]](self, step)
        if self._case["id"] in WITH_WHAT_IS_ASKED_FOR:
            file, binding, _ = WITH_WHAT_IS_ASKED_FOR[self._case["id"]]
            self._register(file, binding)
        return self._ask(self._case)[0]

    def _ask(self, message: dict[str, Any]) -> tuple[Outcome, dict[str, str]]:
        body, names = filled(message["file"], self._known, MENDED.get(message["file"]))
        url = self._domain.url_of(ANSWERED_BY[message["transaction"]])
        documents = [
            (names.get(f"uuid:{each['id']}", each["id"]), each["file"])
            for each in message.get("documents", ())
        ]
        return ask(url, message["transaction"], body, documents), names

    def _feed(self, step: dict[str, Any]) -> None:
        patient = self._known[step["as"]].partition("^")[0]
        assert tell(self._domain.url_of("registry"), added(patient)).status == SUCCESS

    def _send(self, step: dict[str, Any]) -> None:
        outcome, names = self._ask(step)
        assert outcome.status == step["expect_status"], outcome.errors
        renderer().bind(self._known, step.get("bind"), names)

    def _register(self, file: str, binding: dict[str, str]) -> None:
        step = {"file": file, "transaction": "ITI-42", "expect_status": "Success", "bind": binding}
        self._send(step)

    def _load(self, step: dict[str, Any]) -> None:
        assert step["repositoryUniqueId"] == IMAGES
        self._domain.store_of("source").add_all([FOLDER / file for file in step["files"]])

    def _configure(self, step: dict[str, Any]) -> None:
        """The topology has the gateways; the images that a request names are made."""
        if "note" in step:
            for request in asked_images(self._case["file"]):
                path = an_image(self._folder / "image.dcm", *request[1:])
                self._domain.store_of(f"source-{request[0][-3:]}").add_all([path])

    def _bind(self, _step: dict[str, Any]) -> None:
        self._known["$repuid$"] = REPOSITORY

    _DO: Final[dict[str, Callable[[Play, dict[str, Any]], None]]] = {
        "feed_patient": _feed,
        "send": _send,
        "load_images": _load,
        "bind": _bind,
        "configure": _configure,
    }


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_answer_is_as_expected(domain: RunningTopology, case: dict[str, Any], tmp_path: Path) -> None:
    outcome = Play(domain, case, tmp_path).outcome()
    if case["id"] in HELD_WRONG:
        assert outcome.status == "Failure"
        assert HELD_WRONG[case["id"]] in outcome.codes()
        return
    assert outcome.status == case["expect_status"], outcome.errors
    expected = set(case["expect_error_codes"])
    assert not expected or case.get("codes_optional") or outcome.codes() & expected, outcome.errors
    counts = case.get("expect_counts") or WITH_WHAT_IS_ASKED_FOR.get(case["id"], ({},))[-1]
    assert {name: outcome.counts.get(name, 0) for name in counts} == counts


def test_each_case_that_is_held_wrong_is_in_the_manual_with_its_reason(project_root: Path) -> None:
    page = (project_root / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| ([SIQR]\d\d) \|", page, re.MULTILINE)) == {*HELD_WRONG, "S21"}
