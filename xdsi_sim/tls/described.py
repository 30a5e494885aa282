"""Certificates as people read them, with nothing in them that acts on a terminal or a log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from xdsi_sim.visible import visible_line

__all__ = ["CertificateFacts", "day", "describe", "permits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What matters of a certificate when a hand-shake fails."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...]
    """Names and addresses of subjectAltName."""
    fingerprint: str
    """SHA-256, hexadecimal."""


def describe(certificate: x509.Certificate) -> CertificateFacts:
    """The facts of one certificate; extensions that cannot be read count as absent."""
    return CertificateFacts(
        subject=visible_line(certificate.subject.rfc4514_string()) or "no name",
        issuer=visible_line(certificate.issuer.rfc4514_string()) or "no name",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        names=_names(certificate),
        fingerprint=certificate.fingerprint(SHA256()).hex(),
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(visible_line(str(name.value)) for name in names)


def permits(certificate: x509.Certificate, usage: x509.ObjectIdentifier) -> bool:
    """Whether it may be used as `usage` of `ExtendedKeyUsageOID` says (RFC 5280: 4.2.1.12)."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return True
    return usage in usages or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usages


def day(moment: datetime) -> str:
    """A moment as messages tell it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
