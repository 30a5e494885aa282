"""`xdsi-sim tls`: certificates for systems under test, and why a hand-shake fails."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xdsi_sim.cli.conventions import DATA_VARIABLE, folder_to_fill, peer_address
from xdsi_sim.cli.options import JsonOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.tls.files import AuthorityFolder, PairFiles
    from xdsi_sim.tls.probe import Target

__all__ = ["commands"]

_HTTPS: Final = 443

commands = typer.Typer(
    name="tls",
    help="Certificates of the test authority, and why a hand-shake fails.\n\n"
    "Example: xdsi-sim tls show --data ./data",
    no_args_is_help=True,
)

DataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="FOLDER",
        envvar=DATA_VARIABLE,
        help="The data folder of `up`; without, the current folder.",
    ),
]


@commands.command()
def issue(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the system; its host name, where it has one.")
    ],
    data: DataOption = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="FOLDER", help="Write NAME.pem and NAME.key here.")
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option("--host", metavar="HOST", help="A name or address of it; may be repeated."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Write certificate and key for a system under test, signed by the test authority.

    The certificate serves both ends of a connection. NAME, every --host, localhost, 127.0.0.1 and ::1
    are the names that it bears.

    Example: xdsi-sim tls issue viewer.test --data ./data --to ./viewer
    """
    from datetime import UTC, datetime

    from xdsi_sim.topology.certificates import LOCAL

    target, folder = folder_to_fill("--to", to), _folder(data)
    files = folder.issue(name, (name, *(host or ()), *LOCAL), target, datetime.now(UTC))
    told = {**_paths(files), "authority": str(folder.authority.certificate)}
    if json_:
        print(json.dumps(told))
    else:
        _print(f"{name:<12}{path}" for name, path in told.items())


@commands.command()
def show(data: DataOption = None, json_: JsonOption = False) -> None:
    """Tell where the certificates of a data folder are, whose they are, and until when they are valid.

    Example: xdsi-sim tls show --data ./data
    """
    from xdsi_sim.tls.described import describe
    from xdsi_sim.tls.files import read_certificates
    from xdsi_sim.tls.report import facts_document, facts_lines

    folder = _folder(data)
    pairs = [pair for pair in (folder.authority, folder.node, *folder.issued()) if pair.certificate.is_file()]
    if not pairs:
        raise UsageError(
            f"no certificates in {folder.data}/tls.",
            hint="They are made when `up` starts a topology with `tls: true`, or by `tls issue`.",
        )
    told = [(pair, describe(read_certificates(pair.certificate)[0])) for pair in pairs]
    if json_:
        document = [{**_paths(pair), **facts_document(facts)} for pair, facts in told]
        print(json.dumps({"certificates": document}))
    else:
        _print(line for pair, facts in told for line in (str(pair.certificate), *facts_lines(facts)))


@commands.command()
def doctor(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the peer: https://HOST:PORT/PATH.")],
    authority: Annotated[
        Path | None,
        typer.Option("--authority", metavar="FILE", help="The CA to trust, PEM; without, the system's."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", help="What to present, PEM.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Its private key, PEM.")] = None,
    json_: JsonOption = False,
) -> None:
    """Say which step of a TLS hand-shake with a peer works, which fails, why, and what to do about it.

    Example: xdsi-sim tls doctor https://localhost:8443/registry --authority ./data/tls/authority.pem
    """
    from xdsi_sim.tls.doctor import examine
    from xdsi_sim.tls.report import diagnosis_document, diagnosis_lines

    if (certificate is None) != (key is None):
        raise UsageError("--certificate and --key belong together.")
    found = examine(url, _target(url, authority, certificate, key))
    if json_:
        print(json.dumps(diagnosis_document(found)))
    else:
        _print(diagnosis_lines(found))
    raise typer.Exit(1 if found.findings else 0)


# --- the parts of commands -------------------------------------------------------------------


def _folder(data: str | None) -> AuthorityFolder:
    """The authority of a folder; a folder that was not named must have one already."""
    from xdsi_sim.tls.files import AuthorityFolder

    folder = AuthorityFolder(folder_to_fill("--data", data, looked_into=True) or Path())
    if data is None and not folder.authority.certificate.is_file():
        raise UsageError(
            "no test authority in this folder.", hint="Name the data folder of `up` with --data."
        )
    return folder


def _target(url: str, authority: Path | None, certificate: Path | None, key: Path | None) -> Target:
    from urllib.parse import urlsplit

    from xdsi_sim.tls.probe import Target

    split = urlsplit(peer_address("URL", url if "://" in url else f"https://{url}", "https"))
    return Target(
        host=split.hostname or "",
        port=split.port or _HTTPS,
        path=split.path or "/",
        authority=authority,
        certificate=certificate,
        key=key,
    )


def _paths(files: PairFiles) -> dict[str, str]:
    return {"certificate": str(files.certificate), "key": str(files.key)}


def _print(lines: Iterable[str]) -> None:
    """For people; what comes from a peer can neither colour nor move the terminal, nor add a line."""
    from xdsi_sim.visible import visible

    for line in lines:
        print(visible(line.replace("\n", " ")))
