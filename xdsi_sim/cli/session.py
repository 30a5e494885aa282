"""`xdsi-sim session`: the worlds below `/s/NAME` of running actors."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xdsi_sim.cli.conventions import certificates_for, peer_address, session_name
from xdsi_sim.cli.options import HERE, AtOption, CertificatesOption, JsonOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.client.sessions import SessionsClient

__all__ = ["session"]

session = typer.Typer(
    name="session",
    help="Worlds of their own, one for each vendor or test.\n\n"
    "Example: xdsi-sim session add acme --at http://127.0.0.1:8080",
    no_args_is_help=True,
)

NamesArgument = Annotated[list[str], typer.Argument(metavar="NAME...", help="As it stands in addresses.")]


@session.command("list")
def list_(at: AtOption = HERE, data: CertificatesOption = None, json_: JsonOption = False) -> None:
    """List all sessions: whether each is awake, how many faults are on, its codes.

    Example: xdsi-sim session list --at http://127.0.0.1:8080
    """
    with _client(at, data) as client:
        found = client.sessions()
    if json_:
        print(json.dumps({"sessions": found}))
        return
    from xdsi_sim.scenario.printing import console, print_table

    rows = (
        (
            one["name"],
            one["url"],
            "awake" if one["awake"] else "asleep",
            str(one["faults"] or ""),
            one["codes"] or "",
        )
        for one in found
    )
    print_table(console(), "Sessions", ("Name", "Address", "State", "Faults", "Codes"), rows)


@session.command()
def add(
    names: NamesArgument,
    codes: Annotated[
        str | None, typer.Option(metavar="FILE", help="A code table of its own: YAML, or codes.xml.")
    ] = None,
    at: AtOption = HERE,
    data: CertificatesOption = None,
    json_: JsonOption = False,
) -> None:
    """Make sessions, and tell where each answers.

    Example: xdsi-sim session add acme --codes codes.yaml --at http://127.0.0.1:8080
    """
    table = None if codes is None else _text_of(Path(codes))
    with _client(at, data) as client:
        for name in map(session_name, names):
            made = client.add(name, codes=table, file=None if codes is None else Path(codes).name)
            print(json.dumps(made) if json_ else f"{made['name']}: {made['url']}")


@session.command()
def clear(
    names: NamesArgument, at: AtOption = HERE, data: CertificatesOption = None, json_: JsonOption = False
) -> None:
    """Take out all that sessions hold: data, faults and log. Their codes stay.

    Example: xdsi-sim session clear acme --at http://127.0.0.1:8080
    """
    with _client(at, data) as client:
        for name in map(session_name, names):
            client.clear(name)
            print(json.dumps({"cleared": name}) if json_ else f"{name} is empty")


@session.command()
def remove(
    names: NamesArgument, at: AtOption = HERE, data: CertificatesOption = None, json_: JsonOption = False
) -> None:
    """Remove sessions with all that they hold.

    Example: xdsi-sim session remove acme --at http://127.0.0.1:8080
    """
    with _client(at, data) as client:
        for name in map(session_name, names):
            client.remove(name)
            print(json.dumps({"removed": name}) if json_ else f"{name} is removed")


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--codes: {error.strerror}.", file=str(file)) from None
    except UnicodeDecodeError:
        raise UsageError("--codes: this is no UTF-8.", file=str(file)) from None


@contextmanager
def _client(at: str, data: Path | None) -> Iterator[SessionsClient]:
    from xdsi_sim.client.admin import TOKEN_VARIABLE
    from xdsi_sim.client.sessions import SessionsClient
    from xdsi_sim.server.loop import running_loop

    peer_address("--at", at, "http", "https")
    tls = certificates_for(at, data) if at.lower().startswith("https:") else None
    loop = running_loop()
    client = SessionsClient(at, loop.reactor, loop.call, tls=tls, token=os.environ.get(TOKEN_VARIABLE))
    try:
        yield client
    finally:
        client.close()
