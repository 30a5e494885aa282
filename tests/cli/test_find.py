from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xdsi_sim.cli.app import _app
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.errors import UsageError
from xdsi_sim.testing.steps import Steps
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen

ANNA = "NAT-1001^^^&2.999.10.1&ISO"
CT, MR = "2.999.76.1", "2.999.76.2"


def published(name: str, *sources: str) -> Iterator[RunningTopology]:
    """Anna's CT with a report at the first source, her MR at the second."""
    topology = load_topology(find_topology(name))
    with start(topology, listen=Listen("127.0.0.1", 0)) as started:
        play = Steps(started, Path())
        for source, sample in zip(sources, ("ct-head", "mr-knee"), strict=True):
            play("load", source=source, samples=[sample])
            play("publish", source=source)
        play("publish-report", source=sources[0], study=CT, title="CT report", text="Nothing.")
        yield started


@pytest.fixture(scope="module")
def central() -> Iterator[RunningTopology]:
    yield from published("central", "pacs-north", "pacs-south")


def find(registry: str, *words: str) -> tuple[int, str]:
    return called("--registry", registry, "--patient", ANNA, *words)


def called(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(_app, ["find", *words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def find_by_fhir(face: str, *words: str) -> tuple[int, str]:
    return called("--stack", "mhd", "--fhir", face, "--patient", ANNA, *words)


def studies(found: tuple[int, str]) -> list[str]:
    return [study["studyInstanceUID"] for study in json.loads(found[1])["studies"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), {CT, MR}),
        (("--modality", "CT"), {CT}),
        (("--modality", "ct", "--modality", "MR"), {CT, MR}),
        (("--modality", "CT", "--region", "Knee"), set()),
        (("--region", "KNEE"), {MR}),
        (("--setting", "394914008^^SCT"), {CT, MR}),
        (("--from", "2024-05-01"), {MR}),
        (("--until", "2024-05-01"), {CT}),
        (("--study", MR), {MR}),
        (("--accession", "ACC-0001"), {CT}),
        (("--accession", "ACC-0001^^^&2.999.20.2&ISO"), {CT}),
        (("--accession", "ACC-0001^^^&2.999.30.2&ISO"), set()),
        (("--order", "ORD-0002"), {MR}),
        (("--modality", "MR", "--order", "ORD-0002^^^&2.999.10.2&ISO"), {MR}),
        (("--procedure", "24725-4"), {CT}),
        (("--procedure", "24725-4^^LN", "--accession", "ACC-0002"), set()),
    ],
)
def test_each_element_filters_at_its_level(
    central: RunningTopology, words: tuple[str, ...], found: set[str]
) -> None:
    assert set(studies(find(central.url_of("registry"), *words, "--json"))) == found
    assert set(studies(find_by_fhir(central.url_of("fhir"), *words, "--json"))) == found


def test_over_fhir_the_same_is_told_as_over_soap(central: RunningTopology) -> None:
    north = central.dicomweb_of("pacs-north")
    for words in (("--modality", "CT", "--qido-from", north), ("--study", MR, "--json")):
        by_soap = find(central.url_of("registry"), *words)
        assert find_by_fhir(central.url_of("fhir"), *words) == by_soap
        assert by_soap[0] == 0
    told = [find(central.url_of("registry"), "--json"), find_by_fhir(central.url_of("fhir"), "--json")]
    by_uid = [
        sorted(json.loads(output)["studies"], key=str) for _, output in told
    ]  # the newest first by FHIR
    assert by_uid[0] == by_uid[1]


def test_a_face_that_refuses_or_is_none_is_told(central: RunningTopology) -> None:
    code, output = find_by_fhir(central.url_of("fhir") + "/nowhere")
    assert (code, "HTTP 404" in output) == (1, True)
    code, output = find_by_fhir(f"{central.url_of('registry')}?wsdl=")
    assert (code, "is no Bundle of FHIR" in output) == (3, True)
    code, output = find_by_fhir("http://127.0.0.1:9/fhir")
    assert (code, "no answer" in output) == (3, True)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "either --registry or --fhir says who is asked"),
        (("--registry", "http://h/r", "--fhir", "http://h/f"), "either --registry or --fhir"),
        (("--stack", "mhd", "--registry", "http://h/r"), "--stack mhd asks what --fhir names"),
        (("--stack", "xca-i", "--fhir", "http://h/f"), "--stack xca-i asks what --registry names"),
        (("--fhir", "ftp://h/f"), "--fhir: 'ftp://h/f' is not http"),
    ],
)
def test_who_is_asked_has_to_be_said_once(words: tuple[str, ...], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        called("--patient", ANNA, *words)


def test_a_study_is_told_with_manifest_report_and_ids(central: RunningTopology) -> None:
    code, output = find(central.url_of("registry"), "--modality", "CT")
    assert code == 0
    for word in (CT, "Head", "CT Head", "ACC-0001 of 2.999.20.2", "ORD-0001 of 2.999.10.2", "CT report"):
        assert word in output
    told = json.loads(find(central.url_of("registry"), "--study", CT, "--json")[1])
    (study,) = told["studies"]
    assert [len(study[name]) for name in ("manifests", "reports")] == [1, 1]
    assert study["regions"] == ["Head", "Head and Neck"]


def test_what_the_second_level_leaves_is_told(central: RunningTopology) -> None:
    code, output = find(central.url_of("registry"), "--accession", "ACC-0001")
    assert (code, "1 of 2 that the first level has found." in output) == (0, True)
    code, output = find(central.url_of("registry"), "--modality", "XA")
    assert (code, "Nothing was found." in output) == (1, True)


def test_sites_are_compared_with_the_registry(central: RunningTopology) -> None:
    north, south = (central.dicomweb_of(id_) for id_ in ("pacs-north", "pacs-south"))
    code, output = find(central.url_of("registry"), "--qido-from", north, "--qido-from", south, "--json")
    told = json.loads(output)
    assert code == 0
    assert {site["site"]: site["studies"] for site in told["sites"]} == {north: [CT], south: [MR]}
    assert told["differences"] == []


def test_a_site_that_has_what_the_registry_has_not_is_exit_code_1() -> None:
    for running in published("central", "pacs-north", "pacs-south"):
        registry, north = running.url_of("registry"), running.dicomweb_of("pacs-north")
        write_sample("mr-knee", Path(running.folder), root="2.999.77")  # another study of Anna
        Steps(running, Path(running.folder))("load", source="pacs-north", paths=["mr-knee-001.dcm"])
        code, output = find(registry, "--qido-from", north)
        assert (code, "study 2.999.77.2 is at the site, but not in the registry" in output) == (1, True)
        code, output = find(registry, "--region", "Head", "--qido-from", north)
        assert (code, "2.999.77.2" in output) == (0, False)  # it was not asked for in the registry


def test_through_a_gateway_studies_of_other_communities_are_found() -> None:
    for running in published("federated-2", "north-pacs", "south-pacs"):
        code, output = find(running.url_of("north-ig"), "--region", "Knee", "--json")
        (study,) = json.loads(output)["studies"]
        assert (code, study["studyInstanceUID"], study["homeCommunityIds"]) == (0, MR, ["urn:oid:2.999.30"])
        assert find_by_fhir(running.url_of("north-fhir"), "--region", "Knee", "--json") == (code, output)
        running.stop("south-rg")
        code, output = find_by_fhir(running.url_of("north-fhir"))
        assert (code, "PartialSuccess: XDSUnavailableCommunity" in output, CT in output) == (1, True, True)


def test_who_does_not_answer_is_told(central: RunningTopology) -> None:
    code, output = find("http://127.0.0.1:9/registry")
    assert (code, "no answer: " in output) == (3, True)
    code, output = find(central.url_of("registry"), "--qido-from", "http://127.0.0.1:9/dicom-web")
    assert (code, "http://127.0.0.1:9/dicom-web: " in output) == (3, True)
    code, output = find(central.url_of("repository"))
    assert (code, "Fault" in output or "no answer" in output) == (3, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--modality", "CTX"), "--modality: 'CTX' is no modality. Did you mean 'CT'?"),
        (("--region", "Kne"), "--region: 'Kne' is no region. Did you mean 'knee'?"),
        (("--setting", "394914008"), "--setting: '394914008' is no CODE^^SCHEME."),
        (("--from", "May"), "--from: 'May' is not YYYY[MM[DD[hh[mm[ss]]]]]."),
        (("--study", "CT"), "--study: 'CT' is no UID."),
        (("--order", "O^1"), "--order: 'O^1' is not id^^^&OID&ISO."),
        (("--patient", "P1"), "--patient: 'P1' is not id^^^&OID&ISO."),
        (("--qido-from", "pacs"), "--qido-from: 'pacs' is not http://HOST:PORT/PATH"),
        (("--registry", "registry"), "--registry: 'registry' is not http://HOST:PORT/PATH"),
    ],
)
def test_what_cannot_be_meant_is_told(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        find("http://127.0.0.1:9/registry", *words)
    assert told in str(caught.value)
