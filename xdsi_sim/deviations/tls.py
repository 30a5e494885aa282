"""Deviations of the certificate that a port presents: each connection to it, whichever actor it is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from xdsi_sim.deviations.deviation import TLS, Case, Family, Level, Presented, deviation

__all__: list[str] = []

_tls = partial(deviation, family=Family.TLS, level=Level.CONNECTION, fits=(TLS,))


@_tls("tls-expired", cites="RFC 5280: 4.1.2.5", comes="is expired")
def expired(presented: Presented, _case: Case) -> Presented:
    """The certificate has expired."""
    return replace(presented, shift=timedelta(days=-500))


@_tls("tls-not-yet-valid", cites="RFC 5280: 4.1.2.5", comes="is not valid before")
def not_yet_valid(presented: Presented, _case: Case) -> Presented:
    """The certificate is not valid yet."""
    return replace(presented, shift=timedelta(days=30))


@_tls("tls-wrong-name", cites="RFC 9525: 6", comes="is not that of")
def wrong_name(presented: Presented, _case: Case) -> Presented:
    """The certificate is that of another host."""
    return replace(presented, host="another-host.invalid")


@_tls("tls-unknown-authority", cites="RFC 5280: 6", comes="setting: authority of tls")
def unknown_authority(presented: Presented, _case: Case) -> Presented:
    """The certificate is signed by an authority that nobody trusts."""
    return replace(presented, trusted=False)
