"""A static file by nginx, as the floor of what is handed out; on the loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.a_port import free_port
from tests.orthanc import wait_for

__all__ = ["GET_DOCUMENT", "nginx", "nginx_program"]

GET_DOCUMENT: Final = b"GET /document HTTP/1.1\r\nHost: x\r\n\r\n"


def nginx_program() -> str | None:
    """The command; Debian keeps it where a plain user's PATH does not lead."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def nginx(program: str, folder: Path, document: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """A static file on a free port of the loopback, by a server with a configuration of its own."""
    folder.mkdir()
    with (folder / "document").open("wb") as file:
        file.writelines(document)
    port = free_port()
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in _TEMPORARY)
    configuration = folder / "nginx.conf"
    worker = "user root root; " if os.geteuid() == 0 else ""  # else it is somebody who may not read here
    configuration.write_text(
        f"{worker}daemon off; pid {folder}/pid; worker_processes 1; events {{ worker_connections 64; }}\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; {temporary}\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n",
        encoding="ascii",
    )
    command = [program, "-c", str(configuration), "-e", str(folder / "error")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(("127.0.0.1", port))
            yield "127.0.0.1", port
        finally:
            process.terminate()


_TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
