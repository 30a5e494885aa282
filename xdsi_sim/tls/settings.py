"""How connections are secured, as a value with every file settled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

__all__ = ["CIPHERS", "Clients", "Minimum", "Tls"]

Minimum = Literal["1.2", "1.3"]
Clients = Literal["required", "optional", "none"]

CIPHERS: Final = (  # RFC 9325: 4.2; 1.3 has suites of its own, all of them good
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
    ":ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
    ":ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
)
"""What TLS 1.2 may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What one topology presents, whom it trusts, and what it insists on, as server and as client."""

    certificate: Path
    """PEM; intermediate ones follow."""
    key: Path
    authorities: tuple[Path, ...]
    """PEM files of the CAs that are trusted, and no others are."""
    minimum: Minimum = "1.2"
    clients: Clients = "required"
    """Whether those who call must present a certificate."""
    handshake: float = 10
    """Seconds that a hand-shake may take."""
