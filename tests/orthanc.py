"""Orthanc, an archive that others wrote, as a program beside us: where Debian has put it, on the loopback."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.a_port import free_port

__all__ = ["MISSING", "orthanc", "program", "wait_for"]

_PLUGIN: Final = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
MISSING: Final = "orthanc and orthanc-dicomweb are not installed: tests/interop/install.sh does it"


def program() -> str | None:
    """The command, where it and its DICOMweb plugin are installed."""
    return shutil.which("Orthanc", path="/usr/sbin:/usr/bin") if _PLUGIN.exists() else None


@contextmanager
def orthanc(folder: Path, users: Mapping[str, str] | None = None) -> Iterator[tuple[str, int]]:
    """An empty archive in `folder`, with its DICOMweb face at `/dicom-web`; gives host and port.

    `users` with their passwords are those whom it knows, by the Basic scheme; else it takes anybody.
    """
    command = program()
    if command is None:
        raise RuntimeError(MISSING)
    folder.mkdir(parents=True)
    port = free_port()
    configuration = folder / "orthanc.json"
    configuration.write_text(
        json.dumps(
            {
                "Name": "beside",
                "StorageDirectory": str(folder / "storage"),
                "IndexDirectory": str(folder / "storage"),
                "Plugins": [str(_PLUGIN)],
                "HttpPort": port,
                "HttpServerEnabled": True,
                "RemoteAccessAllowed": False,
                "AuthenticationEnabled": users is not None,
                "RegisteredUsers": dict(users or {}),
                "DicomServerEnabled": False,
                "OverwriteInstances": False,
                "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "EnableWado": False},
            }
        ),
        encoding="utf-8",
    )
    log = (folder / "log").open("wb")
    with log, subprocess.Popen([command, str(configuration)], stdout=log, stderr=log) as process:
        try:
            wait_for(("127.0.0.1", port))
            yield "127.0.0.1", port
        finally:
            process.terminate()


def wait_for(address: tuple[str, int]) -> None:
    """Until somebody listens; raises ConnectionRefusedError where nobody does for long."""
    until = time.perf_counter() + 20
    while True:
        try:
            socket.create_connection(address).close()
        except ConnectionRefusedError:
            if time.perf_counter() > until:
                raise
            time.sleep(0.02)
        else:
            return
