"""Code sets of an affinity domain, over a socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_coded_domain import TABLE, coded_domain, written
from a_domain import everything, provide, response_of
from submissions import PATIENT, a_provision, a_submission, an_entry
from wire import message, post, send

from xdsi_sim.ebrim.model import Code
from xdsi_sim.errors import Severity
from xdsi_sim.messages.response import RegistryResponse, status_name
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import SEVERITY_ERROR, SEVERITY_WARNING

PDF: dict[str, Any] = {"mimeType": "application/pdf"}
STRAY = Code.of("PICTURES", "1.3.6.1.4.1.19376.1.2.6.1", "Images")
TOLD = (
    "classCode is none of the affinity domain's codes, what the set calls 'Images' is: "
    "IMAGES^^1.3.6.1.4.1.19376.1.2.6.1; object={id}; attribute=classCode; "
    "value=PICTURES^^1.3.6.1.4.1.19376.1.2.6.1; rule=D28"
)


def register(running: RunningTopology, **changes: Any) -> RegistryResponse:
    url = running.url_of("registry")
    request = a_submission(entries=(an_entry(**PDF | changes),))
    return response_of(send(url, post(url, *message(url, "ITI-42", request))))


def provided(running: RunningTopology, **changes: Any) -> RegistryResponse:
    entry = an_entry(**PDF | {"hash": None, "size": None} | changes)
    return response_of(provide(running.url_of("repository"), a_provision(entries=(entry,))))


def registered(running: RunningTopology) -> int:
    return len(everything(running.url_of("registry"), PATIENT).objects.documentEntries)


def findings(running: RunningTopology) -> list[tuple[str, Severity]]:
    return [
        (finding.rule, finding.severity)
        for exchange in running.exchanges()
        for finding in exchange.findings
        if finding.rule in ("D27", "D28")
    ]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return written(tmp_path, "codes.yaml", TABLE)


@pytest.mark.parametrize("submit", [register, provided])
def test_a_strict_registry_refuses_other_codes(tmp_path: Path, table: Path, submit: Any) -> None:
    with coded_domain(tmp_path / "data", files=[table]) as running:
        answer = submit(running, classCode=STRAY, mimeType="text/goofy")
        assert status_name(answer.status) == "Failure"
        assert {error.errorCode for error in answer.errors} == {"XDSRegistryMetadataError"}
        assert {error.severity for error in answer.errors} == {SEVERITY_ERROR}
        assert answer.errors[1].codeContext == TOLD.format(id=an_entry().entryUUID)
        assert answer.errors[0].codeContext.endswith("attribute=mimeType; value=text/goofy; rule=D27")
        assert registered(running) == 0
        assert status_name(submit(running).status) == "Success"
        assert registered(running) == 1


def test_a_registry_that_warns_takes_them(tmp_path: Path, table: Path) -> None:
    with coded_domain(tmp_path / "data", check="warn", files=table) as running:
        answer = register(running, classCode=STRAY)
        assert status_name(answer.status) == "Success"
        (warning,) = answer.errors
        assert warning.severity == SEVERITY_WARNING
        assert warning.codeContext == TOLD.format(id=an_entry().entryUUID)
        assert registered(running) == 1
        assert findings(running) == [("D28", Severity.WARNING)]


def test_a_registry_that_does_not_look_says_nothing(tmp_path: Path, table: Path) -> None:
    with coded_domain(tmp_path / "data", check="off", files=table) as running:
        assert register(running, classCode=STRAY).errors == ()
        assert findings(running) == []


def test_a_repository_tells_of_codes_with_what_it_refuses(tmp_path: Path, table: Path) -> None:
    with coded_domain(tmp_path / "data", files=table) as running:
        refused = provided(running, uniqueId=None, classCode=STRAY)
        told = {error.codeContext[-3:]: error.errorCode for error in refused.errors}
    assert told["D28"] == "XDSRepositoryMetadataError"
    assert "D01" in told
