"""The authority of a data folder: its files in `tls/`, made when first asked for and kept.

Private keys can be read by their owner only. Each file is written beside its place and renamed, so that a
crash leaves the old one or the new one.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from xdsi_sim.errors import UsageError
from xdsi_sim.tls.authority import Pair, covers, is_current, issue, make_authority

__all__ = ["AuthorityFolder", "PairFiles", "read_certificates", "read_key"]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_PRIVATE: Final = 0o600
_PUBLIC: Final = 0o644


@dataclass(frozen=True, slots=True)
class PairFiles:
    """Where a certificate and its private key are, both PEM."""

    certificate: Path
    key: Path

    @classmethod
    def named(cls, folder: Path, name: str) -> PairFiles:
        """`{name}.pem` and `{name}.key` in `folder`."""
        return cls(folder / f"{name}.pem", folder / f"{name}.key")

    def read(self) -> Pair | None:
        """The pair; None where it is not there, or was left half written by a crash.

        Raises UsageError where a file is something else.
        """
        if not (self.certificate.is_file() and self.key.is_file()):
            return None
        certificate = read_certificates(self.certificate)[0]
        key = _own_key(self.key)
        return Pair(certificate, key) if _public(key) == _public(certificate) else None

    def write(self, pair: Pair) -> None:
        """Keep the pair, the key first; raises OSError."""
        self.key.parent.mkdir(parents=True, exist_ok=True)
        self.certificate.parent.mkdir(parents=True, exist_ok=True)
        private = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(self.key, private, _PRIVATE)
        _write(self.certificate, pair.certificate.public_bytes(Encoding.PEM), _PUBLIC)


@dataclass(frozen=True, slots=True)
class AuthorityFolder:
    """The throw-away authority of one data folder."""

    data: Path

    @property
    def _folder(self) -> Path:
        return self.data / "tls"

    @property
    def authority(self) -> PairFiles:
        """Its own certificate, which peers have to trust, and its key."""
        return PairFiles.named(self._folder, "authority")

    @property
    def node(self) -> PairFiles:
        """What the actors present."""
        return PairFiles.named(self._folder, "node")

    def make_authority(self, now: datetime) -> Pair:
        """The authority, made where there is none or where it has expired."""
        found = self.authority.read()
        if found is None or not is_current(found.certificate, now):
            found = make_authority(now)
            self.authority.write(found)
        return found

    def make_node(self, hosts: Sequence[str], now: datetime) -> PairFiles:
        """What the actors present, issued anew where it has expired or is not for all of `hosts`."""
        signer = self.make_authority(now)
        found = self.node.read()
        if found is None or not _serves(found.certificate, signer, hosts, now):
            self.node.write(issue(signer, "xdsi-sim", hosts, now))
        return self.node

    def issue(self, name: str, hosts: Sequence[str], to: Path | None, now: datetime) -> PairFiles:
        """Certificate and key for a system under test, in `to` or below this folder.

        Raises UsageError for a name that cannot be one of files.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot be the name of a certificate.",
                hint="Use letters, digits, '.', '_' and '-', the first a letter or digit.",
            )
        files = PairFiles.named(to or self._folder / "issued", name)
        files.write(issue(self.make_authority(now), name, hosts, now))
        return files

    def issued(self) -> tuple[PairFiles, ...]:
        """What was issued to systems under test and still lies in this folder."""
        folder = self._folder / "issued"
        return tuple(PairFiles.named(folder, path.stem) for path in sorted(folder.glob("*.pem")))


def _serves(certificate: x509.Certificate, signer: Pair, hosts: Sequence[str], now: datetime) -> bool:
    ours = certificate.issuer == signer.certificate.subject
    return ours and is_current(certificate, now) and covers(certificate, hosts)


def read_certificates(path: Path) -> list[x509.Certificate]:
    """All certificates of a PEM file, at least one; raises UsageError where there is none."""
    try:
        return x509.load_pem_x509_certificates(_bytes(path))
    except ValueError as error:
        raise UsageError("this is no certificate in PEM form", file=str(path)) from error


def read_key(path: Path) -> PrivateKeyTypes:
    """The private key of a PEM file; raises UsageError where there is none, or one with a password."""
    try:
        return load_pem_private_key(_bytes(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError("this is no private key in PEM form without a password", file=str(path)) from error


def _own_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = read_key(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise UsageError("this is no key that was made here.", file=str(path), hint="Remove it.")
    return key


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=str(path)) from error


def _public(holder: ec.EllipticCurvePrivateKey | x509.Certificate) -> bytes:
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _write(path: Path, data: bytes, mode: int) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
