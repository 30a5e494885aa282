"""Each module has its test file at the mirrored place, and each test file its module."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ROWS = "each of its rows passes and fails in tests/checklist/test_rows.py"
SURVEYED = "a part of the survey, seen whole in tests/checklist/test_survey.py"
WITHOUT_TESTS = {
    "vocab.py": "constants only",
    "checklist/access.py": ROWS,
    "checklist/coding.py": ROWS,
    "checklist/content.py": ROWS,
    "checklist/identity.py": ROWS,
    "checklist/linkage.py": ROWS,
    "checklist/mado.py": ROWS,
    "checklist/positioning.py": ROWS,
    "checklist/telling.py": ROWS,
    "checklist/tracking.py": ROWS,
    "checklist/asking.py": SURVEYED,
    "checklist/by_fhir.py": SURVEYED,
    "checklist/imaging.py": SURVEYED,
    "checklist/preparing.py": SURVEYED,
    "checklist/retrieving.py": SURVEYED,
    "checklist/observed.py": SURVEYED,
    "checklist/results.py": ROWS,
    "exchange.py": "values without behaviour",
    "inspector/views/rows.py": "values without behaviour",
    "resources.py": "seen to work from a checkout and from a wheel in tests/test_packaging.py",
    "actors/ports.py": "Protocols only",
    "actors/registry_port.py": "Protocols only",
    "actors/patient_directory.py": "a Protocol and its value",
    "__main__.py": "one line, run by tests/cli/test_app.py",
}
ACROSS = {
    "test_dicomtrolley.py": "a foreign DICOMweb client, which does all that it can",
    "test_docs.py": "README, CONTRIBUTING and citations",
    "test_layers.py": "imports of all modules",
    "test_mirror.py": "this file",
    "test_packaging.py": "the wheel",
    "test_removal.py": "ITI-62 and ITI-86 from socket to disk",
    "test_sessions.py": "two hundred sessions at once, over sockets",
    "test_smoke.py": "the shortest way through everything",
    "test_metadata_update.py": "updates over a socket: queries at both levels, many at once",
    "test_vendor_manifest.py": "a manifest of somebody else's making with many faults, judged by the command",
    "test_asynchronous.py": "asynchronous exchange with ourselves and with a raw peer",
    "test_bad_input.py": "bad messages to whole actors",
    "test_dialects.py": "messages that stray, to lenient and to strict actors",
    "test_durability.py": "a server that is killed",
    "test_played_elsewhere.py": "actors of one topology in several processes, and foreign systems among them",
    "test_recipients.py": "a Document Recipient, over a socket",
    "test_faults.py": "actors whose disk fails or is full",
    "test_races.py": "clients that want at once what only one can have",
    "test_life_cycle.py": "what becomes of submissions, over sockets",
    "test_queries.py": "every stored query, over a socket",
    "test_codes.py": "code sets of an affinity domain, over a socket",
    "test_patients.py": "feeds and merges, while others submit and when the server is killed",
    "test_gateways.py": "documents of other communities, through gateways and from peers of all kinds",
    "test_discovery.py": "patients of other communities, found over sockets",
    "test_imaging_gateways.py": "images of another community, through two gateways",
    "test_imaging_backend.py": "a source in front of an archive of ours, of Orthanc, and of one that fails",
    "test_imaging_source.py": "an imaging source over sockets: RAD-69 by a foreign stack, RAD-55",
    "test_histories.py": "random histories of a registry, beside a model",
    "test_mhd.py": "foreign clients of FHIR, which do all of MHD",
    "test_nist.py": "the sample cases of the NIST toolkit",
    "test_zeep.py": "every operation, called by a foreign stack",
}
ACROSS_FOLDERS = {
    "interop": "every transaction, called by stacks of other languages",
    "bench": "speed beside its floors",
    "scenarios": "what ships, played",
    "wire": "real bytes in and out, per transaction",
    "wsdl": "our service descriptions, read by a foreign stack",
}


def modules() -> list[str]:
    paths = (path for path in (ROOT / "xdsi_sim").rglob("*.py") if path.name != "__init__.py")
    return sorted(path.relative_to(ROOT / "xdsi_sim").as_posix() for path in paths)


def files_of_tests() -> list[str]:
    return sorted(path.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("test_*.py"))


def mirrored(module: str) -> str:
    """`ebrim/xml.py` -> `ebrim/test_xml.py`."""
    path = Path(module)
    return path.with_name(f"test_{path.name}").as_posix()


@pytest.mark.parametrize("module", [module for module in modules() if module not in WITHOUT_TESTS])
def test_module_has_its_test_file(module: str) -> None:
    assert (ROOT / "tests" / mirrored(module)).is_file(), f"write tests/{mirrored(module)}"


@pytest.mark.parametrize(
    "file", [file for file in files_of_tests() if file.split("/")[0] not in ACROSS_FOLDERS]
)
def test_test_file_has_its_module(file: str) -> None:
    assert file in ACROSS or file in map(mirrored, modules()), "rename it after the module that it tests"


@pytest.mark.parametrize("name", [*WITHOUT_TESTS])
def test_exemption_names_a_module_that_exists(name: str) -> None:
    assert name in modules()


def test_folders_of_tests_are_no_packages() -> None:
    assert [*(ROOT / "tests").rglob("__init__.py")] == []
