"""Host and port, as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.topology.checked import wrong

__all__ = ["HIGHEST_PORT", "Listen", "read_listen", "read_port_or_listen"]

HIGHEST_PORT: Final = 65535
_HOST_PORT: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>\d{1,5})")
_DIGITS: Final = 20  # more of them are more than any port, and Python reads no number of thousands


@dataclass(frozen=True, slots=True)
class Listen:
    """Host and port that a topology listens on; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 8080

    @classmethod
    def parse(cls, text: str) -> Listen:
        """From `HOST:PORT`, an IPv6 address in brackets; raises ValueError where it is something else."""
        found = _HOST_PORT.fullmatch(text)
        if found is None or int(found["port"]) > HIGHEST_PORT:
            raise ValueError(f"'{text}' is not HOST:PORT, such as 127.0.0.1:8080")
        return cls(found["host"].strip("[]"), int(found["port"]))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_listen(value: Any) -> Any:
    """A validator of `HOST:PORT`."""
    if isinstance(value, Listen):
        return value
    try:
        return Listen.parse(value if isinstance(value, str) else "")
    except ValueError as error:
        raise wrong(str(error)) from None


def read_port_or_listen(value: Any) -> Any:
    """A validator of the same, or of a port alone, which has no host."""
    text = str(value)
    if not text.isdecimal():
        return read_listen(value)
    if int(text[:_DIGITS]) > HIGHEST_PORT:
        raise wrong(f"{text} is no port: the highest is {HIGHEST_PORT}")
    return Listen("", int(text))
