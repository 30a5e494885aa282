"""`patient`: announce and merge patients by a real feed, list whom a registry knows, find them elsewhere."""

from __future__ import annotations

import json
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from xdsi_sim.cli.conventions import (
    COULD_NOT_RUN,
    DATA_VARIABLE,
    FINDINGS,
    GOOD,
    certificates_for,
    peer_address,
)
from xdsi_sim.cli.options import CertificatesOption, JsonOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xdsi_sim.messages.patient_feed import Ii, PatientFeed, Person
    from xdsi_sim.store.registry_patients import Patient
    from xdsi_sim.topology.model import Listen

__all__ = ["patient"]

patient = typer.Typer(
    name="patient",
    help="Tell a registry of patients, see whom it knows, and ask other communities for them.\n\n"
    "Example: xdsi-sim patient list --data ./data",
    no_args_is_help=True,
)

RegistryOption = Annotated[
    str | None, typer.Option("--registry", metavar="URL", help="Send by ITI-44 to this SOAP address.")
]
MllpOption = Annotated[
    str | None, typer.Option("--mllp", metavar="HOST:PORT", help="Send by ITI-8 (HL7 v2 over MLLP) instead.")
]
AuthorityOption = Annotated[
    str | None, typer.Option("--authority", metavar="OID", help="Of the ids that are given bare.")
]
NameOption = Annotated[str | None, typer.Option("--name", metavar="FAMILY^GIVEN", help="The patient's name.")]
BirthDateOption = Annotated[
    str | None, typer.Option("--birth-date", metavar="DATE", help="1963-08-04, or as DTM.")
]
GenderOption = Annotated[str | None, typer.Option("--gender", metavar="CODE", help="M, F or UN.")]
MotherOption = Annotated[
    str | None, typer.Option("--mothers-maiden-name", metavar="FAMILY", help="Her family name at birth.")
]


@patient.command()
def add(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="CX (P1^^^&OID&ISO), or bare ids.")],
    registry: RegistryOption = None,
    mllp: MllpOption = None,
    authority: AuthorityOption = None,
    name: NameOption = None,
    birth_date: BirthDateOption = None,
    gender: GenderOption = None,
    mothers_maiden_name: MotherOption = None,
    other_ids: Annotated[
        list[str] | None, typer.Option("--other-id", metavar="CX", help="In another domain; may be repeated.")
    ] = None,
    data: CertificatesOption = None,
    json_: JsonOption = False,
) -> None:
    """Announce patients, one message each.

    Example: xdsi-sim patient add P1 P2 --authority 2.999.1.2 --registry
    http://127.0.0.1:8080/national/registry
    """
    source = _source()
    person = _person(name, birth_date, gender, mothers_maiden_name)
    others = tuple(_id(text, None) for text in other_ids or ())
    feeds = [source.announce(_id(text, authority), person=person, others=others) for text in ids]
    _tell(feeds, registry, mllp, data, json_=json_)


@patient.command()
def merge(
    subsumed: Annotated[str, typer.Argument(metavar="ID", help="The id that ends: CX, or a bare id.")],
    into: Annotated[str, typer.Option("--into", metavar="ID", help="The id that survives.")],
    registry: RegistryOption = None,
    mllp: MllpOption = None,
    authority: AuthorityOption = None,
    name: NameOption = None,
    data: CertificatesOption = None,
    json_: JsonOption = False,
) -> None:
    """Merge a patient into another one; it cannot be undone.

    Example: xdsi-sim patient merge P2 --into P1 --authority 2.999.1.2 --mllp 127.0.0.1:2575
    """
    feed = _source().merge(_id(into, authority), _id(subsumed, authority), _person(name))
    _tell([feed], registry, mllp, data, json_=json_)


@patient.command()
def find(
    at: Annotated[str, typer.Option("--at", metavar="URL", help="SOAP address of a Responding Gateway.")],
    ids: Annotated[
        list[str] | None, typer.Option("--id", metavar="CX", help="In any domain; may be repeated.")
    ] = None,
    name: NameOption = None,
    birth_date: BirthDateOption = None,
    gender: GenderOption = None,
    mothers_maiden_name: MotherOption = None,
    community: Annotated[
        str, typer.Option("--community", metavar="OID", help="homeCommunityId of who asks.")
    ] = "urn:oid:2.999.0",
    receiver: Annotated[
        str, typer.Option("--receiver", metavar="OID", help="homeCommunityId of who is asked.")
    ] = "urn:oid:2.999.0.2",
    data: CertificatesOption = None,
    json_: JsonOption = False,
) -> None:
    """Ask another community for a patient, by ITI-55: by an id, or by name and date of birth.

    The exit code is 1 where nobody is found, or the community does not say.

    Example: xdsi-sim patient find --at http://127.0.0.1:8080/south/south-rg --name Muster^Anna
    --birth-date 1963-08-04
    """
    from xdsi_sim.cli.patient_find import find_patient

    find_patient(
        peer_address("--at", at, "http", "https"),
        _person(name, birth_date, gender, mothers_maiden_name),
        tuple(_id(text, None) for text in ids or ()),
        between=(_community("--community", community), _community("--receiver", receiver)),
        tls=certificates_for(at, data),
        json_=json_,
    )


@patient.command("list")
def list_(
    data: Annotated[
        Path,
        typer.Option("--data", metavar="FOLDER", envvar=DATA_VARIABLE, help="The data folder of a topology."),
    ],
    json_: JsonOption = False,
) -> None:
    """List the patients that the registries of a data folder know, also while they are running.

    No transaction asks a registry for its patients, so the folder is read, and nothing in it is changed.

    Example: xdsi-sim patient list --data ./data
    """
    from xdsi_sim.store.registry_patients import patients_in

    folders = sorted(path.parent for path in data.glob("*/registry.db"))
    if not folders:
        raise UsageError("there is no registry here.", file=str(data), hint="Name the folder of up --data.")
    found = {folder.name: patients_in(folder) for folder in folders}
    if json_:
        registries = [{"registry": id, "patients": list(map(_fact, them))} for id, them in found.items()]
        print(json.dumps({"registries": registries}))
        return
    from xdsi_sim.scenario.people import said_of_person
    from xdsi_sim.scenario.printing import console, print_table

    for id, them in found.items():
        rows = [
            (
                each.patientId,
                said_of_person(each.person),
                "" if each.survivor == each.patientId else each.survivor,
                str(each.objects),
            )
            for each in them
        ]
        columns = ("Patient", "Who", "Merged into", "Objects")
        print_table(console(), f"Patients of {id}", columns, rows)


# --- the parts of commands -------------------------------------------------------------------


def _source() -> Any:
    from xdsi_sim.actors.identity_source import PatientIdentitySource

    return PatientIdentitySource(receiver="2.999.0.2")


def _id(text: str, authority: str | None) -> Ii:
    from xdsi_sim.ebrim.datatypes import OID
    from xdsi_sim.scenario.people import read_id

    if authority is not None and not OID.fullmatch(authority):
        raise UsageError(f"--authority: {authority!r} is not an OID.")
    if authority is None and "^" not in text:
        raise UsageError(f"{text!r} is no patient id in CX.", hint="A bare id needs --authority OID.")
    return read_id(text, authority)


def _person(
    name: str | None,
    birth_date: str | None = None,
    gender: str | None = None,
    mothers_maiden_name: str | None = None,
) -> Person:
    from xdsi_sim.scenario.people import read_person

    return read_person(name, birth_date, gender, mothers_maiden_name)


def _fact(known: Patient) -> dict[str, Any]:
    from xdsi_sim.scenario.people import facts_of_person

    facts = {"patientId": known.patientId, "survivor": known.survivor, "objects": known.objects}
    return facts | facts_of_person(known.person)


def _community(option: str, text: str) -> str:
    from xdsi_sim.ebrim.datatypes import OID

    oid = text.removeprefix("urn:oid:")
    if not OID.fullmatch(oid):
        raise UsageError(f"{option}: {text!r} is no homeCommunityId.", hint="It is urn:oid: and an OID.")
    return oid


def _tell(
    feeds: Sequence[PatientFeed], registry: str | None, mllp: str | None, data: Path | None, *, json_: bool
) -> None:
    """Send the messages, show the acknowledgements, and leave with the exit code."""
    from xdsi_sim.inspector.announced import told_of

    sent = _sent(feeds, registry, mllp, data)
    answers = [told_of(feed, answer) for feed, answer in zip(feeds, sent, strict=True)]
    if json_:
        print(json.dumps({"messages": answers}))
    else:
        _print(answers)
    codes = {answer["code"] for answer in answers}
    if None in codes:
        raise typer.Exit(COULD_NOT_RUN)
    raise typer.Exit(GOOD if codes <= {"AA", "CA"} else FINDINGS)


_SENDER: Final = "identity-source"
_CONVERSATION: Final = "patient"


def _sent(
    feeds: Sequence[PatientFeed], registry: str | None, mllp: str | None, data: Path | None
) -> list[Any]:
    from xdsi_sim.actors.identity_source import as_adt, as_call
    from xdsi_sim.topology.outside import outside_client

    if (registry is None) == (mllp is None):
        raise UsageError("whom to tell?", hint="Give one of --registry URL and --mllp HOST:PORT.")
    if registry is not None:
        peer_address("--registry", registry, "http", "https")
    to = None if mllp is None else _host_port(mllp)
    tls = certificates_for(registry, data)
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as spool, outside_client(Path(spool), tls) as client:
        if to is None:
            send = partial(client.call, sender=_SENDER, conversation=_CONVERSATION)
            return [send(as_call(feed, registry or "")).answer for feed in feeds]
        tell = partial(client.send_mllp, sender=_SENDER, conversation=_CONVERSATION)
        return [tell(to, as_adt(feed)).answer for feed in feeds]


def _host_port(text: str) -> Listen:
    from xdsi_sim.topology.model import Listen

    try:
        return Listen.parse(text)
    except ValueError as error:
        raise UsageError(f"--mllp: {error}.") from None


def _print(answers: Sequence[dict[str, Any]]) -> None:
    from xdsi_sim.scenario.printing import console, print_table

    rows = [
        (
            answer["patientId"]
            if answer["subsumed"] is None
            else f"{answer['subsumed']} → {answer['patientId']}",
            answer["code"] or "no answer",
            "; ".join(answer["texts"]),
        )
        for answer in answers
    ]
    print_table(console(), "Patient identity feed", ("Patient", "Answer", "Why"), rows)
