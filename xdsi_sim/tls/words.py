"""What OpenSSL says, in words: why a certificate is refused, why a hand-shake fails.

Two tables, walked by clients, servers and the doctor alike.
"""

from __future__ import annotations

import re
from typing import Final

from cryptography import x509

from xdsi_sim.tls.described import day, describe

__all__ = ["NOT_TLS", "UNTRUSTED", "VERSION", "certificate_trouble", "is_one_of", "reason_words"]

UNTRUSTED: Final = (2, 18, 19, 20, 21)
"""Codes of a certificate that may be sound, but comes from nobody whom we know."""

_UNTRUSTED: Final = "is not signed by a CA that we trust (its issuer is '{issuer}')"
_CERTIFICATE: Final = {  # X509_V_ERR_* of OpenSSL's x509_vfy.h
    2: _UNTRUSTED,
    7: "has a signature that its issuer did not make",
    9: "is not valid before {not_before}",
    10: "is expired since {not_after}",
    18: "is signed by itself and is not among the CAs that we trust",
    19: "is signed by itself and is not among the CAs that we trust",
    20: _UNTRUSTED,
    21: _UNTRUSTED,
    24: "signs others and is no certificate of a CA",
    26: "is not made for this use: its extended key usage does not name it",
    66: "has a key that is too short",
    67: "has a key that is too short",
    68: "is signed with a digest that is too weak",
    79: "signs others and is no certificate of a CA",
}


def certificate_trouble(code: int, certificate: x509.Certificate) -> str:
    """Why a certificate is refused; `code` is what OpenSSL's verification gave."""
    facts = describe(certificate)
    text = _CERTIFICATE.get(code, f"is refused (error {code} of OpenSSL)").format(
        issuer=facts.issuer, not_before=day(facts.not_before), not_after=day(facts.not_after)
    )
    return f"the certificate '{facts.subject}' {text}"


NOT_TLS: Final = ("wrong version number", "packet length too long", "record layer failure", "http request")
VERSION: Final = ("alert protocol version", "unsupported protocol", "no protocols available", "wrong ssl ver")

_REASONS: Final = (  # part of OpenSSL's reason, and what it means
    ("alert certificate required", "the peer asks for a certificate and got none"),
    ("did not return a certificate", "the peer presents no certificate, and one is required"),
    ("alert unknown ca", "the peer does not trust the CA that signed our certificate"),
    ("alert certificate unknown", "the peer does not accept our certificate"),
    ("alert certificate expired", "the peer finds our certificate expired"),
    ("alert certificate revoked", "the peer finds our certificate revoked"),
    ("alert unsupported certificate", "the peer finds that our certificate is not made for this use"),
    ("alert bad certificate", "the peer refuses our certificate"),
    ("alert access denied", "the peer does not let the holder of our certificate in"),
    ("alert decrypt error", "the peer cannot verify our signature"),
    ("alert unrecognized name", "the peer serves no such name"),
    ("alert insufficient security", "the peer finds our ciphers too weak"),
    ("alert handshake failure", "the peer accepts none of our ciphers, or asks for a certificate"),
    ("no shared cipher", "the peer offers no cipher that we accept"),
    ("no suitable signature algorithm", "the peer has no signature algorithm that we accept"),
    ("http request", "the peer speaks plain HTTP to a port of TLS"),
    *((part, "the peer does not speak TLS here") for part in NOT_TLS[:3]),
    *((part, "the peer speaks no version of TLS that we accept") for part in VERSION),
    ("unexpected eof", "the peer closed the connection without a word"),
    ("protocol is shutdown", "the peer closed the connection"),
)


def reason_words(reason: str) -> str:
    """OpenSSL's reason in words; one that is not in the table as it is."""
    plain = _plain(reason)
    return next((words for part, words in _REASONS if part in plain), reason)


def is_one_of(reason: str, parts: tuple[str, ...]) -> bool:
    """Whether OpenSSL's reason is one of those that `parts` tell."""
    plain = _plain(reason)
    return any(part in plain for part in parts)


def _plain(reason: str) -> str:
    return re.sub(r"[_\s]+", " ", reason).casefold()
