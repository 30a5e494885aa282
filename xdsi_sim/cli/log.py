"""`xdsi-sim log`: what was on the wire, while the actors run and afterwards."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from xdsi_sim.cli.conventions import (
    DATA_VARIABLE,
    FINDINGS,
    GOOD,
    certificates_for,
    file_to_write,
    peer_address,
)
from xdsi_sim.cli.options import JsonOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.content import Content
    from xdsi_sim.exchange import Exchange
    from xdsi_sim.store.exchange_reader import ExchangeReader, Selection

__all__ = ["log_app"]

_PAUSE: Final = 0.2  # seconds between two looks, for who follows

log_app = typer.Typer(
    name="log",
    invoke_without_command=True,
    subcommand_metavar="[COMMAND]",
)

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", envvar=DATA_VARIABLE, help="The data folder of `up` or `run`."),
]
ActorOption = Annotated[str | None, typer.Option(metavar="ID", help="Only what it sent or received.")]
TransactionOption = Annotated[str | None, typer.Option(metavar="NAME", help="Only this one: ITI-18, RAD-69.")]
StatusOption = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Only those whose status begins so: Success, fault, 'HTTP 4'."),
]
FindingOption = Annotated[
    str | None, typer.Option(metavar="RULE", help="Only those in which it has found something; or 'any'.")
]
PatientOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Only those that name a patient whose id has this in it.")
]
TextOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Only those with this in ids, ends, headers or findings.")
]
SessionFilter = Annotated[
    str | None, typer.Option("--session", metavar="NAME", help="Only this session; '' is those in none.")
]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As the list shows it, or its first digits.")]


class Side(StrEnum):
    """One message of an exchange."""

    REQUEST = "request"
    RESPONSE = "response"


@log_app.callback()
def log(
    context: typer.Context,
    data: DataOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new ones until Ctrl-C.")] = False,
    actor: ActorOption = None,
    transaction: TransactionOption = None,
    status: StatusOption = None,
    finding: FindingOption = None,
    patient: PatientOption = None,
    text: TextOption = None,
    session: SessionFilter = None,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="At most the newest N.")] = 50,
    json_: JsonOption = False,
) -> None:
    """List the exchanges that were recorded, the newest last.

    With --follow and --json each exchange is one line.

    Example: xdsi-sim log --data ./data --follow --transaction ITI-18
    """
    context.obj = data
    if context.invoked_subcommand is not None:
        return
    selection = _selection(actor, transaction, status, session, finding, patient, text)
    with _opened(data) as reader, suppress(KeyboardInterrupt):
        exchanges, mark = reader.newest(selection, limit)
        told = _told(json_, follow)
        told(exchanges)
        if not (exchanges or follow or json_) and limit:
            print(f"xdsi-sim: no exchange in this log{' is so' if mark else ' yet'}.", file=sys.stderr)
        while follow:
            exchanges, mark = reader.since(mark, selection)
            told(exchanges)
            if not exchanges:
                time.sleep(_PAUSE)


@log_app.command()
def show(
    context: typer.Context,
    id_: IdArgument,
    data: DataOption = None,
    part: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Write the bytes of this part and nothing else.")
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Write the bytes as they were on the wire.")] = False,
    side: Annotated[Side | None, typer.Option(help="Only this message.")] = None,
    json_: JsonOption = False,
) -> None:
    """Show one exchange: heads, bodies, parts, findings.

    Example: xdsi-sim log show 3fa9c2 --data ./data --part 2 > manifest.dcm
    """
    from xdsi_sim.inspector.facts import message_facts_of
    from xdsi_sim.inspector.message_view import print_exchange
    from xdsi_sim.inspector.pieces import SIDES, message_of
    from xdsi_sim.scenario.printing import console
    from xdsi_sim.scenario.reports.capture import octets_of

    sides = SIDES if side is None else (side.value,)
    with _opened(data or context.obj) as reader:
        exchange = _named(reader, id_)
        if part is not None:
            _write(_body(exchange, part))
        elif raw:
            for message in (message_of(exchange, one) for one in sides):
                for octets in octets_of(message) if message is not None else ():
                    sys.stdout.buffer.write(octets)
        elif json_:
            _print_json(message_facts_of(exchange))
        else:
            print_exchange(console(), exchange, sides)


@log_app.command()
def resend(
    context: typer.Context,
    id_: IdArgument,
    to: Annotated[str, typer.Option(metavar="URL", help="Where the request goes; http or https.")],
    data: DataOption = None,
    json_: JsonOption = False,
) -> None:
    """Send a recorded request again, byte for byte, and tell what comes of it.

    https is spoken with the certificates of the data folder.
    Nothing of it is recorded by us. Its MessageID is the recorded one, and so is its wsa:To.

    Example: xdsi-sim log resend 3fa9c2 --to http://127.0.0.1:8080/national/registry --data ./data
    """
    from xdsi_sim.inspector.resend import resend as send
    from xdsi_sim.scenario.reports.wording import duration_text
    from xdsi_sim.server.loop import running_loop
    from xdsi_sim.visible import visible

    peer_address("--to", to, "http", "https")
    folder = data or context.obj
    with _opened(folder) as reader:
        exchange = _named(reader, id_)
        if " HTTP/" not in exchange.request.start_line:
            raise UsageError(f"{exchange.transaction} is no HTTP message, so --to cannot take it.")
        resent = send(exchange.request, to, running_loop(), certificates_for(to, folder))
    if json_:
        facts = {"status": resent.status, "outcome": resent.outcome, "errors": resent.errors}
        _print_json({**facts, "seconds": round(resent.seconds, 4)})
    else:
        for line in (
            f"HTTP {resent.status} after {duration_text(resent.seconds)}",
            resent.outcome,
            *resent.errors,
        ):
            print(visible(line))
    raise typer.Exit(GOOD if resent.good else FINDINGS)


@log_app.command()
def export(
    context: typer.Context,
    to: Annotated[str, typer.Option(metavar="FILE.zip", help="Where to.")] = "exchanges.zip",
    data: DataOption = None,
    actor: ActorOption = None,
    transaction: TransactionOption = None,
    status: StatusOption = None,
    finding: FindingOption = None,
    patient: PatientOption = None,
    text: TextOption = None,
    session: SessionFilter = None,
    json_: JsonOption = False,
) -> None:
    """Write every request and answer as a file into a ZIP, with an index.

    Example: xdsi-sim log export --data ./data --to exchanges.zip
    """
    from xdsi_sim.scenario.reports.capture import export as write
    from xdsi_sim.scenario.reports.wording import plural

    file = file_to_write("--to", to)
    with _opened(data or context.obj) as reader:
        selection = _selection(actor, transaction, status, session, finding, patient, text)
        count = write(reader.all(selection), file)
    if json_:
        _print_json({"file": str(file), "exchanges": count})
    else:
        print(f"{plural(count, 'exchange')} in {file}")


@log_app.command(name="to-scenario")
def to_scenario(
    context: typer.Context,
    to: Annotated[str, typer.Option(metavar="FILE.yaml", help="Where to; messages go into a folder beside.")],
    topology: Annotated[
        str, typer.Option(metavar="NAME", help="A YAML file, or the name of one that ships: who is played.")
    ] = "central",
    data: DataOption = None,
    recording: Annotated[
        list[str] | None,
        typer.Option(metavar="FOLDER", help="What a proxy recorded, in place of the log; may be repeated."),
    ] = None,
    actor: Annotated[
        str | None, typer.Option(metavar="ID", help="All that this actor was sent, by other actors as well.")
    ] = None,
    transaction: TransactionOption = None,
    status: StatusOption = None,
    session: SessionFilter = None,
    wait_for: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SENDER", help="Wait for what it sends, instead of sending it; may be repeated."
        ),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Make a scenario of what was on the wire: it sends the same again, and expects the same.

    Example: xdsi-sim log to-scenario --data ./data --topology central --to again.yaml
    """
    from xdsi_sim.cli.log_scenario import told_of, write_scenario

    chosen = _selection(None, transaction, status, session)
    with (
        _recorded([Path(each) for each in recording], chosen)
        if recording
        else _logged(data or context.obj, chosen)
    ) as exchanges:
        made = write_scenario(
            exchanges, file_to_write("--to", to), topology, receiver=actor, waited_for=wait_for or ()
        )
    if json_:
        _print_json(
            {"file": to, "steps": made.steps, "images": made.images, "leftOut": made.left_out},
        )
    else:
        for line in told_of(made, to):
            print(line)
    raise typer.Exit(GOOD if made.steps else FINDINGS)


# --- the parts of commands -------------------------------------------------------------------


@contextmanager
def _opened(data: Path | None) -> Iterator[ExchangeReader]:
    from xdsi_sim.store.exchange_reader import FOLDER, ExchangeReader

    if data is None:
        raise UsageError("which data folder?", hint=f"Name it by --data FOLDER, or in ${DATA_VARIABLE}.")
    with closing(ExchangeReader.open(data / FOLDER)) as reader:
        yield reader


@contextmanager
def _logged(data: Path | None, selection: Selection) -> Iterator[Iterator[Exchange]]:
    with _opened(data) as reader:
        yield reader.all(selection)


@contextmanager
def _recorded(folders: list[Path], selection: Selection) -> Iterator[Iterator[Exchange]]:
    from xdsi_sim.store.recordings import Recordings

    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"--recording: there is no folder {folder}.")
    exchanges = (recorded.exchange for folder in folders for recorded in Recordings(folder))
    yield (exchange for exchange in exchanges if selection.takes(exchange))


def _selection(
    actor: str | None,
    transaction: str | None,
    status: str | None,
    session: str | None,
    finding: str | None = None,
    patient: str | None = None,
    text: str | None = None,
) -> Selection:
    from xdsi_sim.store.exchange_reader import Selection

    return Selection(
        actor=actor,
        transaction=transaction,
        status=status,
        session=session,
        finding=finding,
        patient=patient,
        text=text,
    )


def _named(reader: ExchangeReader, prefix: str) -> Exchange:
    found = reader.named(prefix)
    if not found:
        raise UsageError(f"no exchange '{prefix}' in this log.", hint="`xdsi-sim log` lists them.")
    if len(found) > 1:
        ids = ", ".join(exchange.id for exchange in found)
        raise UsageError(f"several exchanges begin with '{prefix}': {ids}.", hint="Give more digits.")
    return found[0]


def _body(exchange: Exchange, number: int) -> Content:
    from xdsi_sim.inspector.pieces import pieces_of

    pieces = pieces_of(exchange)
    if number > len(pieces):
        raise UsageError(f"--part: the exchange has {len(pieces)} of them.")
    return pieces[number - 1].body


def _write(body: Content) -> None:
    from xdsi_sim.content import chunks_of

    for octets in chunks_of(body):
        sys.stdout.buffer.write(octets)


def _told(json_: bool, follow: bool) -> Any:
    """What shows exchanges: lines of a table, one JSON document, or one a line."""
    from xdsi_sim.inspector.listing import print_heading, print_lines
    from xdsi_sim.scenario.printing import console
    from xdsi_sim.scenario.reports.facts import facts_of

    if not json_:
        output = console()
        print_heading(output)
        return lambda exchanges: print_lines(output, exchanges)
    if follow:
        return lambda exchanges: _print_json(*map(facts_of, exchanges))
    return lambda exchanges: _print_json({"exchanges": [*map(facts_of, exchanges)]})


def _print_json(*values: object) -> None:
    for value in values:
        print(json.dumps(value), flush=True)
