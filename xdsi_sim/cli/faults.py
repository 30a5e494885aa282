"""`xdsi-sim faults`: what can be wrong on purpose, and switching it on and off while actors run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xdsi_sim.cli.conventions import certificates_for, peer_address, session_name
from xdsi_sim.cli.options import HERE, AtOption, CertificatesOption, JsonOption, SessionOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.client.faults import FaultsClient

__all__ = ["faults"]

faults = typer.Typer(
    name="faults",
    help="Have actors answer wrongly on purpose.\n\n"
    "Example: xdsi-sim faults on relates-to-wrong --actor registry --at http://127.0.0.1:8080",
    no_args_is_help=True,
)


@faults.command("list")
def list_(
    transaction: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what fits its answers: ITI-18, RAD-69.")
    ] = None,
    json_: JsonOption = False,
) -> None:
    """List all deviations, family by family.

    Example: xdsi-sim faults list --transaction RAD-69
    """
    from xdsi_sim.deviations.catalogue import facts_of, families, near
    from xdsi_sim.deviations.deviation import ALL

    if transaction is not None and transaction not in ALL:
        raise UsageError(f"unknown transaction '{transaction}'.", hint=near(transaction, ALL))
    found = [
        (family, [row for row in rows if transaction is None or row.fits(transaction)])
        for family, rows in families()
    ]
    if json_:
        print(json.dumps({"deviations": [facts_of(row) for _, rows in found for row in rows]}))
        return
    from xdsi_sim.scenario.printing import console

    output = console()
    for family, rows in found:
        if rows:
            output.print(f"[bold]{family}[/bold]")
        for row in rows:
            output.print(f"  {row.id:<30} {row.text}", markup=False)


@faults.command()
def explain(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As `faults list` shows them.")],
    json_: JsonOption = False,
) -> None:
    """Explain deviations: what is wrong, what can be set, and what our own client makes of it.

    Example: xdsi-sim faults explain relates-to-wrong delay
    """
    from xdsi_sim.deviations.catalogue import deviation_named, facts_of
    from xdsi_sim.deviations.catalogue import explain as in_words

    rows = [deviation_named(id) for id in ids]
    if json_:
        print(json.dumps({"explained": [facts_of(row) for row in rows]}))
    else:
        print("\n\n".join(map(in_words, rows)))


@faults.command()
def on(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `faults list` shows it.")],
    actor: Annotated[str, typer.Option(metavar="ID", help="Who is to answer wrongly.")],
    at: AtOption = HERE,
    transaction: Annotated[str | None, typer.Option(metavar="NAME", help="Only its answers.")] = None,
    call: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the Nth answer from now.")
    ] = None,
    from_: Annotated[int, typer.Option("--from", min=1, metavar="N", help="From the Nth on.")] = 1,
    to: Annotated[int | None, typer.Option(min=1, metavar="N", help="Up to the Nth.")] = None,
    probability: Annotated[float, typer.Option(min=0, max=1, metavar="P", help="Of each of them.")] = 1.0,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the deviation.")
    ] = None,
    session: SessionOption = None,
    data: CertificatesOption = None,
    json_: JsonOption = False,
) -> None:
    """Switch a deviation of an actor on.

    Example: xdsi-sim faults on delay --actor registry --set seconds=5 --call 2 --at http://127.0.0.1:8080
    """
    asked: dict[str, Any] = {
        "actor": actor,
        "deviation": id_,
        "transaction": transaction,
        "call": call,
        "from": from_,
        "to": to,
        "probability": probability,
        "parameters": dict(map(_parameter, set_ or ())),
    }
    with _client(at, data, session) as client:
        switch = client.on(asked)
    if json_:
        print(json.dumps(switch))
    else:
        print(f"{switch['number']}: {switch['actor']} answers with {switch['deviation']} from now on")


def _parameter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"--set: '{text}' is not NAME=VALUE.")
    return name, value


@faults.command()
def off(
    number: Annotated[
        int | None, typer.Argument(metavar="[NUMBER]", help="As `faults show` tells it; without, all.")
    ] = None,
    at: AtOption = HERE,
    session: SessionOption = None,
    data: CertificatesOption = None,
    json_: JsonOption = False,
) -> None:
    """Switch a fault off, or all of them.

    Example: xdsi-sim faults off 3 --at http://127.0.0.1:8080
    """
    with _client(at, data, session) as client:
        count = client.off(number)
    print(json.dumps({"off": count}) if json_ else f"{count} switched off")


@faults.command()
def show(
    at: AtOption = HERE,
    session: SessionOption = None,
    data: CertificatesOption = None,
    json_: JsonOption = False,
) -> None:
    """Show what is on, and how often it has fired.

    Example: xdsi-sim faults show --at http://127.0.0.1:8080
    """
    with _client(at, data, session) as client:
        found = client.faults()
    if json_:
        print(json.dumps({"faults": found}))
        return
    from xdsi_sim.scenario.printing import console, print_table

    columns = ("No.", "Actor", "Deviation", "Transaction", "Answers", "Probability", "By", "Fired")
    print_table(console(), "Faults", columns, ([*map(str, _cells(one))] for one in found))


def _cells(fault: Any) -> Iterator[Any]:
    yield from (fault["number"], fault["actor"], fault["deviation"], fault["transaction"] or "any")
    yield fault["call"] or (f"{fault['from']} to {fault['to']}" if fault["to"] else f"from {fault['from']}")
    yield from (fault["probability"], fault["by"], f"{fault['fired']} of {fault['met']}")


@contextmanager
def _client(at: str, data: Path | None, session: str | None) -> Iterator[FaultsClient]:
    from xdsi_sim.client.faults import TOKEN_VARIABLE, FaultsClient
    from xdsi_sim.server.loop import running_loop
    from xdsi_sim.topology.within import PATH

    peer_address("--at", at, "http", "https")
    if session is not None:
        at = f"{at.rstrip('/').removesuffix('/faults')}/{PATH}/{session_name(session)}"
    tls = certificates_for(at, data) if at.lower().startswith("https:") else None
    loop = running_loop()
    client = FaultsClient(at, loop.reactor, loop.call, tls=tls, token=os.environ.get(TOKEN_VARIABLE))
    try:
        yield client
    finally:
        client.close()
