from __future__ import annotations

import socket

import pytest
from a_tls_peer import Workshop, listening, only, serving, tls_peer

from xdsi_sim.tls.probe import Target, attempt


def target(certificates: Workshop, port: int) -> Target:
    return Target(host="127.0.0.1", port=port, authority=certificates.trust, seconds=0.5)


def test_a_hand_shake_is_watched_to_its_end(certificates: Workshop) -> None:
    with tls_peer(serving(certificates.issue())) as port:
        seen = attempt(target(certificates, port), oldest="TLS 1.2", newest="TLS 1.3")
    assert (seen.version, seen.asks, seen.failure, seen.problems, seen.name) == (
        "TLSv1.3",
        False,
        None,
        {},
        None,
    )
    assert [one.subject.rfc4514_string() for one in seen.chain] == ["CN=peer"]


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_that_the_peer_asks_for_a_certificate_is_seen_in_either_version(
    version: str, certificates: Workshop
) -> None:
    with tls_peer(only(serving(certificates.issue(), trust=certificates.trust), version)) as port:
        seen = attempt(target(certificates, port), oldest="TLS 1.2", newest="TLS 1.3")
    assert seen.asks
    assert seen.failure is not None
    assert seen.chain[0].subject.rfc4514_string() == "CN=peer"


def test_a_peer_that_says_nothing_is_not_waited_for_long(certificates: Workshop) -> None:
    held: list[socket.socket] = []

    def hold(connection: socket.socket) -> None:
        held.append(connection.dup())

    with listening(hold) as port:
        seen = attempt(target(certificates, port), oldest="TLS 1.2", newest="TLS 1.3")
    for connection in held:
        connection.close()
    assert not seen.agreed
    assert (seen.failure, seen.silent) == ("it says nothing for 0.5 s", True)
