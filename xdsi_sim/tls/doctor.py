"""Which step of a hand-shake with a peer works, which fails, why, and what to do about it.

Steps are taken in the order in which a connection takes them, and all that can be known is told: one
connection shows the certificate as expired, of another name and of an unknown CA at the same time.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from xdsi_sim.tls.described import CertificateFacts, day, describe, permits
from xdsi_sim.tls.files import read_certificates
from xdsi_sim.tls.probe import ANY_CIPHER, Attempt, Target, attempt, speaks_http
from xdsi_sim.tls.words import NOT_TLS, UNTRUSTED, VERSION, is_one_of, reason_words

__all__ = ["Diagnosis", "Step", "examine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a connection, and how it went."""

    name: str
    good: bool
    text: str
    remedy: str | None = None
    """What to do where it is not good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything that was found."""

    url: str
    steps: tuple[Step, ...]
    chain: tuple[CertificateFacts, ...] = ()
    """As the peer sent it."""

    @property
    def findings(self) -> tuple[Step, ...]:
        """The steps that are not good."""
        return tuple(step for step in self.steps if not step.good)

    @property
    def verdict(self) -> str:
        """One sentence."""
        found = self.findings
        if not found:
            return "good: a hand-shake with this peer works"
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        return f"{found[0].name}: {found[0].text}{more}"


def examine(url: str, target: Target) -> Diagnosis:
    """Call the target step by step; raises UsageError for files of ours that cannot be read."""
    steps = [*_own_certificate(target)]
    reached = _reach(target)
    steps += reached
    if not reached[-1].good:
        return Diagnosis(url=url, steps=tuple(steps))
    try:
        best = attempt(target, oldest="TLS 1.2", newest="TLS 1.3")
        steps += _spoken(target, best)
    except OSError as error:  # it answered a moment ago
        failed = Step(name="TCP", good=False, text=_os_words(error), remedy=_ASK_AGAIN)
        return Diagnosis(url=url, steps=(*steps, failed))
    steps += _certificate(best)
    steps += _client(target, best)
    return Diagnosis(url=url, steps=tuple(steps), chain=tuple(map(describe, best.chain)))


# --- before TLS ------------------------------------------------------------------------------

_ASK_AGAIN: Final = "Ask again; where it stays so, the peer or something before it limits connections."


def _own_certificate(target: Target) -> Iterator[Step]:
    """What can be wrong with the certificate that we present."""
    if target.certificate is None:
        return
    certificate = read_certificates(target.certificate)[0]
    facts = describe(certificate)
    trouble = _own_trouble(certificate, facts)
    yield Step(
        name="own certificate",
        good=trouble is None,
        text=trouble or f"'{facts.subject}', valid until {day(facts.not_after)}",
        remedy=trouble and "Get another one: xdsi-sim tls issue makes such of the test authority.",
    )


def _own_trouble(certificate: x509.Certificate, facts: CertificateFacts) -> str | None:
    now = datetime.now(UTC)
    if now > facts.not_after:
        return f"'{facts.subject}' is expired since {day(facts.not_after)}"
    if now < facts.not_before:
        return f"'{facts.subject}' is not valid before {day(facts.not_before)}"
    if not permits(certificate, ExtendedKeyUsageOID.CLIENT_AUTH):
        return f"'{facts.subject}' is not made for clients: its extended key usage lacks clientAuth"
    return None


def _reach(target: Target) -> list[Step]:
    """Name and TCP."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        remedy = "Check the spelling, the DNS server and the hosts file."
        return [Step(name="name", good=False, text=f"{target.host} is not known ({error})", remedy=remedy)]
    addresses = ", ".join(dict.fromkeys(str(entry[4][0]) for entry in found))
    steps = [Step(name="name", good=True, text=f"{target.host} is {addresses}")]
    try:
        socket.create_connection((target.host, target.port), target.seconds).close()
    except OSError as error:
        remedy = "Start the server, check the port, and whatever firewall is in between."
        failed = f"port {target.port}: {_os_words(error)}"
        return [*steps, Step(name="TCP", good=False, text=failed, remedy=remedy)]
    return [*steps, Step(name="TCP", good=True, text=f"port {target.port} takes connections")]


def _os_words(error: OSError) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else (error.strerror or str(error)).lower()


# --- versions and ciphers --------------------------------------------------------------------


def _spoken(target: Target, best: Attempt) -> Iterator[Step]:
    """Whether it speaks TLS, which versions, with which ciphers."""
    if best.agreed or best.asks:
        yield from _versions(target, best)
    elif is_one_of(best.failure or "", NOT_TLS) or (best.silent and speaks_http(target)):
        remedy = "Use http:// with this port, or the port of TLS."
        yield Step(name="TLS", good=False, text="this port does not speak TLS", remedy=remedy)
    elif is_one_of(best.failure or "", VERSION):
        yield _old_version(target)
    elif is_one_of(best.failure or "", ("handshake failure", "insufficient security")):
        yield _weak_cipher(target)
    else:
        remedy = "Look into the log of the peer; something between may cut the connection, too."
        yield Step(name="TLS", good=False, text=reason_words(best.failure or ""), remedy=remedy)


def _versions(target: Target, best: Attempt) -> Iterator[Step]:
    agreed = best.version.replace("TLSv", "TLS ") if best.version is not None else "TLS 1.2"
    if agreed == "TLS 1.3":
        older = attempt(target, oldest="TLS 1.2", newest="TLS 1.2")
        both = older.agreed or older.asks
        text = "TLS 1.3 and TLS 1.2" if both else "TLS 1.3; TLS 1.2 is not spoken"
    else:
        text = "TLS 1.2; TLS 1.3 is not spoken"
    yield Step(name="version", good=True, text=text)
    if best.cipher is not None:
        yield Step(name="cipher", good=True, text=best.cipher)


def _old_version(target: Target) -> Step:
    """It speaks neither 1.3 nor 1.2: find out what else."""
    for version in ("TLS 1.1", "TLS 1.0"):
        tried = attempt(target, oldest=version, newest=version, ciphers=ANY_CIPHER)
        if tried.agreed or tried.asks:
            text = f"the peer offers {version} and nothing newer"
            remedy = "Have the peer speak TLS 1.2 or 1.3; older versions are broken (RFC 8996)."
            return Step(name="version", good=False, text=text, remedy=remedy)
    text = "the peer speaks neither TLS 1.3 nor TLS 1.2"
    return Step(name="version", good=False, text=text, remedy="Have the peer speak TLS 1.2 or 1.3.")


def _weak_cipher(target: Target) -> Step:
    """Our ciphers are refused: find out whether there is another that is not."""
    tried = attempt(target, oldest="TLS 1.2", newest="TLS 1.2", ciphers=ANY_CIPHER)
    if tried.agreed or tried.asks:
        text = (
            f"the peer accepts none of the ciphers of RFC 9325; it would use {tried.cipher or 'a weaker one'}"
        )
        remedy = "Have the peer allow ECDHE with AES-GCM."
    else:
        text = f"the peer refuses the hand-shake: {reason_words(tried.failure or '')}"
        remedy = "Look into the log of the peer: ciphers, its own certificate, the name that it serves."
    return Step(name="cipher", good=False, text=text, remedy=remedy)


# --- certificates ----------------------------------------------------------------------------

_REMEDIES: Final = {
    9: "Check the clocks, or have the peer use a certificate that is valid by now.",
    10: "Have the peer use a new certificate.",
    26: "Have the peer use a certificate with serverAuth in its extended key usage.",
}
_TRUST: Final = "Get the certificate of its CA from the peer and name it with --authority."


def _certificate(best: Attempt) -> Iterator[Step]:
    """What is wrong with the certificate of the peer; nothing where it showed none."""
    if not best.chain:
        return
    for text, code in best.problems.items():
        remedy = (
            _TRUST if code in UNTRUSTED else _REMEDIES.get(code, "Have the peer use another certificate.")
        )
        yield Step(name="certificate", good=False, text=text, remedy=remedy)
    if not best.problems:
        facts = describe(best.chain[0])
        text = f"'{facts.subject}' is trusted and valid until {day(facts.not_after)}"
        yield Step(name="certificate", good=True, text=text)
    remedy = "Call the peer by a name of its certificate, or have it use one for this name."
    named = best.name or "the certificate is that of the host"
    yield Step(name="host", good=best.name is None, text=named, remedy=best.name and remedy)


def _client(target: Target, best: Attempt) -> Iterator[Step]:
    """Whether the peer wants a certificate of ours, and takes it."""
    if not best.asks:
        if best.agreed:
            yield Step(name="client", good=True, text="the peer asks for no certificate")
    elif best.failure is None:
        text = "takes ours" if target.certificate is not None else "goes on without"
        yield Step(name="client", good=True, text=f"the peer asks for a certificate and {text}")
    elif target.certificate is None:
        remedy = "Name one with --certificate and --key; xdsi-sim tls issue makes one of the test authority."
        text = "the peer asks for a certificate, and none was given"
        yield Step(name="client", good=False, text=text, remedy=remedy)
    else:
        text = f"the peer does not take our certificate: {reason_words(best.failure)}"
        remedy = "Have the peer trust the CA that signed it, and look into its log for the reason."
        yield Step(name="client", good=False, text=text, remedy=remedy)
