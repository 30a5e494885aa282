"""`patient find`: asks a Responding Gateway by ITI-55, and shows what it says."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.actors.patient_seeker import PatientSeeker
from xdsi_sim.cli.conventions import COULD_NOT_RUN, FINDINGS, GOOD
from xdsi_sim.client.answers import SoapFault
from xdsi_sim.errors import UsageError
from xdsi_sim.messages.discovery import DiscoveryResponse
from xdsi_sim.messages.patient_feed import Ii, Person
from xdsi_sim.messages.response import status_name
from xdsi_sim.scenario.printing import console, print_table
from xdsi_sim.scenario.steps.discover_patient import facts_of
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.outside import outside_client

__all__ = ["find_patient"]

_SENDER: Final = "initiating-gateway"


def find_patient(
    url: str, person: Person, ids: tuple[Ii, ...], *, between: tuple[str, str], tls: Tls | None, json_: bool
) -> None:
    """Ask, show, and leave with the exit code; `between` are the communities that ask and are asked."""
    if not ids and (person.name is None or not person.birthTime):
        raise UsageError("whom to find?", hint="Give --id CX, or --name FAMILY^GIVEN and --birth-date DATE.")
    asker, receiver = between
    query = PatientSeeker(community=asker).ask(person, ids, receiver=receiver)
    call = Call(url=url, transaction="ITI-55", message=query)
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as spool, outside_client(Path(spool), tls) as client:
        reply = client.call(call, sender=_SENDER, conversation="patient")
    told = _told(reply.answer) | {
        "findings": [f"{finding.rule}: {finding.text}" for finding in reply.findings]
    }
    if json_:
        print(json.dumps(told))
    else:
        _print(told)
    raise typer.Exit(_exit_code(told))


def _told(answer: DiscoveryResponse | NoAnswer) -> dict[str, Any]:
    if isinstance(answer, NoAnswer):
        code = f"Fault {answer.code}" if isinstance(answer, SoapFault) else None
        return facts_of(None) | {"status": code, "errors": [str(answer)]}
    errors = [f"{error.errorCode} {error.codeContext}".strip() for error in answer.errors]
    return facts_of(answer) | {"status": status_name(answer.status), "errors": errors}


def _exit_code(told: dict[str, Any]) -> int:
    if told["status"] is None:
        return COULD_NOT_RUN
    return GOOD if told["matches"] else FINDINGS


def _print(told: dict[str, Any]) -> None:
    rows = [
        (
            match["patientId"],
            match["homeCommunityId"],
            ", ".join(filter(None, (match["name"], match["birthDate"], match["gender"]))),
            "" if match["degree"] is None else f"{match['degree']} %",
        )
        for match in told["matches"]
    ]
    output = console()
    if rows:
        print_table(output, "Patients found", ("Patient", "Community", "Who", "Degree"), rows)
    for line in _lines(told):
        output.print(line, markup=False)


def _lines(told: dict[str, Any]) -> Iterator[str]:
    if told["status"] == "Success" and not told["matches"] and not told["requested"]:
        yield "Nobody was found."
    if told["requested"]:
        yield f"The community asks for more: {', '.join(told['requested'])}."
    if told["status"] != "Success":
        yield f"{told['status'] or 'No answer'}: {'; '.join(told['errors'])}"
    if told["timeToLive"] is not None:
        yield f"It may be kept for {told['timeToLive']}."
    yield from told["findings"]
