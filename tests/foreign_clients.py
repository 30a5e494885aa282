"""SOAP stacks not written here: how each is called and found, and what it does its own way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
INTEROP = ROOT / "tests" / "interop"
NODE_MODULES = ROOT / "build" / "interop" / "node_modules"
"""Where tests/interop/install.sh puts the npm packages."""
ENVIRONMENT = {**os.environ, "NODE_PATH": str(NODE_MODULES), "PYTHONPATH": str(ROOT)}
FEED = ("ITI-44 add", "ITI-44 revise", "ITI-44 merge")
TRANSACTIONS = ("ITI-41", "ITI-42", "ITI-18", "ITI-43", "RAD-69", *FEED[:2], "ITI-51", FEED[2])
"""In the order in which every client runs them: the merge ends an id that the query still asks for."""
MTOM = ("ITI-41", "ITI-43", "RAD-69")
JAX_WS = "/usr/share/java/jaxws-rt.jar:/usr/share/jaxws/lib/*"


@dataclass(frozen=True, kw_only=True)
class Client:
    """A program that runs the errand of tests/an_errand.py; `{build}` in a command is its own folder."""

    name: str
    command: tuple[str, ...]
    probe: tuple[str, ...]
    """Ends well where all is installed."""
    lacks: str
    """Told where it is not."""
    build: tuple[str, ...] = ()
    findings: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By transaction: the rules that the stack breaks, left to itself."""

    def is_installed(self) -> bool:
        """Whether the probe ends well."""
        try:
            return run(self.probe).returncode == 0
        except FileNotFoundError:
            return False

    def built(self, build: Path, addresses: Sequence[str]) -> tuple[str, ...]:
        """Build the program from the descriptions at `addresses`; gives the command that runs it."""
        if self.build:
            done = run([*self.build, str(build), *addresses])
            assert done.returncode == 0, done.stderr
        return tuple(word.replace("{build}", str(build)) for word in self.command)


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, at most two minutes."""
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False)


def _all(rules: str, *transactions: str) -> dict[str, frozenset[str]]:
    return {transaction: frozenset(rules.split()) for transaction in transactions}


def _shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


CLIENTS = (
    Client(
        name="gsoap",
        build=("sh", str(INTEROP / "gsoap" / "build.sh")),
        command=("{build}/client",),
        probe=_shell(
            "command -v wsdl2h && command -v soapcpp2 && test -e /usr/share/gsoap/plugin/wsaapi.c"
            " && echo '#include <openssl/sha.h>' | gcc -E -"
        ),
        lacks="gcc and the Debian packages gsoap, libgsoap-dev and libssl-dev",
        findings=_all("B01", "ITI-43", "RAD-69"),  # no multipart around a message without parts
    ),
    Client(
        name="java",
        build=("sh", str(INTEROP / "java" / "build.sh")),
        command=("java", "-cp", "{build}/classes:" + JAX_WS, "Client"),
        probe=_shell("command -v wsimport && command -v javac && test -e /usr/share/java/jaxws-rt.jar"),
        lacks="a JDK and the Debian packages jaxws and libjaxws-java",
    ),
    Client(
        name="node",
        command=("node", str(INTEROP / "node" / "client.js")),
        probe=("node", "-e", "require('soap')"),
        lacks="node and the npm package soap",
        findings=_all("B05 B07", *MTOM),  # start-info is text/xml whatever the version of SOAP
    ),
    Client(
        name="php",
        command=("php", str(INTEROP / "php" / "client.php")),
        probe=("php", "-r", 'exit(extension_loaded("soap") && extension_loaded("simplexml") ? 0 : 1);'),
        lacks="the Debian packages php-cli, php-soap and php-xml",
        findings=_all("B01", *MTOM),  # knows no MTOM
    ),
    Client(
        name="zeep",
        command=(sys.executable, str(INTEROP / "zeep" / "client.py")),
        probe=(sys.executable, "-c", "import zeep"),
        lacks="the Python package zeep",
    ),
)
