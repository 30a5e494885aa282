"""A throw-away certificate authority: it makes itself and issues to whom it is told to.

Values only; where they are kept is the matter of `files`. Keys are ECDSA on P-256: made in no time, and
known to every stack that speaks TLS 1.2. Nobody outside the test should trust such an authority.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from xdsi_sim.errors import UsageError

__all__ = ["Pair", "address", "check_host", "covers", "is_current", "issue", "make_authority"]

_AUTHORITY_DAYS: Final = 3650
_NODE_DAYS: Final = 397  # some stacks take no longer ones
_BEFORE: Final = timedelta(hours=1)  # the clocks of a test network differ
_HOST: Final = re.compile(r"(\*\.)?[A-Za-z0-9_][A-Za-z0-9._-]{0,252}")
_USAGES: Final = ("digital_signature", "key_cert_sign", "crl_sign")


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and the private key that belongs to it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def make_authority(now: datetime) -> Pair:
    """A CA of its own name: two of one name could be taken for each other, and no message would say so."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"xdsi-sim test authority {secrets.token_hex(4)}")
    builder = (
        _builder(name, name, key, now, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    )
    return Pair(builder.sign(key, SHA256()), key)


def issue(authority: Pair, name: str, hosts: Iterable[str], now: datetime) -> Pair:
    """A certificate for both ends of a connection, for the names and addresses in `hosts` (RFC 5280: 4.2).

    Raises UsageError for what can be neither.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    names = x509.SubjectAlternativeName([_general_name(host) for host in dict.fromkeys(hosts)])
    both = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _builder(_name(name), issuer.subject, key, now, _NODE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(both, critical=False)
        .add_extension(names, critical=False)
        .add_extension(signer, critical=False)
    )
    return Pair(builder.sign(authority.key, SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*names: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        **{usage: usage in names for usage in _USAGES},
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def address(host: str) -> IPv4Address | IPv6Address | None:
    """The host as an address; None where it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _general_name(host: str) -> x509.GeneralName:
    number = address(host)
    if number is not None:
        return x509.IPAddress(number)
    check_host(host)
    return x509.DNSName(host)


def check_host(host: str) -> None:
    """Raises UsageError for what is neither an address nor a name that a certificate can bear."""
    if address(host) is None and not _HOST.fullmatch(host):
        hint = "It has letters, digits, '-', '_' and '.'." if host.isascii() else "Write it in ASCII."
        raise UsageError(f"'{host}' is no host name for a certificate.", hint=hint)


def covers(certificate: x509.Certificate, hosts: Iterable[str]) -> bool:
    """Whether a certificate that `issue` made is for all of `hosts`."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {_general_name(host) for host in hosts} <= set(names)


def is_current(certificate: x509.Certificate, now: datetime) -> bool:
    """Whether it is valid now and for a day more, so that none expires while a test runs."""
    last = certificate.not_valid_after_utc
    return certificate.not_valid_before_utc <= now and now + timedelta(days=1) < last
