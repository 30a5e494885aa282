"""What all commands have in common: exit codes, and how what an option says is read.

What an option names is looked at before anything is done, so that a slip costs no half of a run.
"""

from __future__ import annotations

import inspect
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.tls.settings import Tls
    from xdsi_sim.topology.listen import Listen

__all__ = [
    "COULD_NOT_RUN",
    "DATA_VARIABLE",
    "FINDINGS",
    "GOOD",
    "USAGE",
    "Stack",
    "certificates_for",
    "file_to_write",
    "folder_to_fill",
    "in_paragraphs",
    "listen_option",
    "peer_address",
    "session_name",
]

GOOD: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
COULD_NOT_RUN: Final = 3

DATA_VARIABLE: Final = "XDSI_SIM_DATA"
"""Names the data folder, for `up` and for those who look into it."""


class Stack(StrEnum):
    """Profiles by which documents are published and found."""

    XDS_I = "xds-i"
    XCA_I = "xca-i"
    MHD = "mhd"


def in_paragraphs(app: typer.Typer) -> None:
    """Let the help of all commands break its lines where the terminal ends, and not where docstrings do."""
    for command in app.registered_commands:
        command.help = _unbroken(inspect.getdoc(command.callback) or "")
    for group in app.registered_groups:
        if group.typer_instance is not None:
            in_paragraphs(group.typer_instance)


def _unbroken(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def folder_to_fill(option: str, text: str | None, *, looked_into: bool = False) -> Path | None:
    """The folder that an option names, which need not be there yet; None where it was not given.

    Raises UsageError where something else is there, or on the way, or where nothing may be written, which
    does not matter if it is perhaps `looked_into` alone.
    """
    if text is None:
        return None
    if not text:
        raise UsageError(f"{option}: '' is no name of a folder.")
    folder = Path(text)
    found = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if found.exists() and not found.is_dir():
        raise UsageError(f"{option}: '{found}' is no folder.")
    if found.exists() and not looked_into and not os.access(found, os.W_OK):
        raise UsageError(f"{option}: nothing may be written in '{found}'.", hint="Name another folder.")
    return folder


def file_to_write(option: str, text: str) -> Path:
    """The file that an option names; raises UsageError where it cannot be one, or has no folder."""
    file = Path(text)
    if file.is_dir():
        raise UsageError(f"{option}: '{text or file}' is a folder.", hint="Name a file.")
    if not file.parent.is_dir():
        raise UsageError(f"{option}: there is no folder '{file.parent}' for '{file.name}'.")
    return file


def listen_option(text: str | None) -> Listen | None:
    """What `--listen` says; None where it is not given. Raises UsageError where it is not HOST:PORT."""
    from xdsi_sim.topology.listen import Listen

    try:
        return None if text is None else Listen.parse(text)
    except ValueError as error:
        raise UsageError(f"--listen: {error}.") from None


def peer_address(option: str, text: str, *schemes: str) -> str:
    """The address of a peer that an option names; raises UsageError where it is none of `schemes`."""
    from xdsi_sim.soap.peers import is_address

    if not is_address(text) or text.partition(":")[0].lower() not in schemes:
        forms = " or ".join(f"{scheme}://HOST:PORT/PATH" for scheme in schemes)
        raise UsageError(f"{option}: '{text}' is not {forms}.")
    return text


def session_name(text: str) -> str:
    """The name of a session; raises UsageError where it cannot be one."""
    from xdsi_sim.topology.within import name_trouble

    if trouble := name_trouble(text):
        raise UsageError(trouble)
    return text


def certificates_for(url: str | None, data: Path | None) -> Tls | None:
    """What is kept in a data folder for a client beside it.

    Raises UsageError where nothing is and `url` is of https.
    """
    from xdsi_sim.topology.certificates import kept

    found = None if data is None else kept(data)
    if found is None and url is not None and url.lower().startswith("https:"):
        raise UsageError(
            f"no certificates for {url}." if data is None else f"no certificates in {data / 'tls'}.",
            hint="Name by --data the data folder of a topology that has `tls`.",
        )
    return found
