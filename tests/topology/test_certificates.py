from __future__ import annotations

import socket
from pathlib import Path

import pytest
from a_tls_domain import secured, submitted
from a_tls_peer import workshop

from xdsi_sim.errors import UsageError
from xdsi_sim.tls.described import describe
from xdsi_sim.tls.files import read_certificates
from xdsi_sim.topology.certificates import hosts_of, settle
from xdsi_sim.topology.tls import TlsSettings


def test_a_submission_goes_through_two_actors_over_mutual_tls(tmp_path: Path) -> None:
    with secured(tmp_path) as running:
        assert submitted(running, 1) == "Success"
        assert [(one.transaction, one.status) for one in running.exchanges()] == [
            ("ITI-41", "Success"),
            ("ITI-42", "Success"),
        ]


def test_certificates_are_kept_for_the_next_start(tmp_path: Path) -> None:
    for number in (1, 2):
        with secured(tmp_path) as running:
            assert submitted(running, number) == "Success"
            assert running.trust == tmp_path / "tls" / "authority.pem"
            node = (tmp_path / "tls" / "node.pem").read_bytes()
    with secured(tmp_path):
        assert (tmp_path / "tls" / "node.pem").read_bytes() == node


def test_files_of_ones_own_take_the_place_of_those_that_are_made(tmp_path: Path) -> None:
    certificates = workshop(tmp_path / "own")
    own = certificates.issue("mine")
    settings = {"certificate": own.certificate, "key": own.key, "authority": [certificates.trust]}
    with secured(tmp_path / "data", **settings) as running:
        assert submitted(running, 1) == "Success"
        assert running.trust == certificates.trust
    assert not (tmp_path / "data" / "tls").exists()


def test_further_authorities_are_trusted_beside_the_one_that_is_made(tmp_path: Path) -> None:
    other = workshop(tmp_path / "other").trust
    tls = settle(TlsSettings(authority=(other,)), tmp_path / "data", "127.0.0.1")
    assert tls.authorities == (tmp_path / "data" / "tls" / "authority.pem", other)


def test_an_authority_that_is_none_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nonsense")
    with pytest.raises(UsageError, match=r"ca\.pem: this is no certificate in PEM form"):
        secured(tmp_path / "data", authority=[tmp_path / "ca.pem"])
    with pytest.raises(UsageError, match=r"gone\.pem: cannot be read"):
        secured(tmp_path / "data", authority=[tmp_path / "gone.pem"])


def test_the_certificate_is_for_the_host_that_is_listened_on_and_this_machine(tmp_path: Path) -> None:
    tls = settle(TlsSettings(names=("sim.test",)), tmp_path, "sim.local")
    names = describe(read_certificates(tls.certificate)[0]).names
    assert set(names) == {"sim.local", "localhost", "127.0.0.1", "::1", "sim.test"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104  only its names are asked for
def test_all_interfaces_are_reached_by_the_name_of_the_machine_too(host: str) -> None:
    assert {host, "localhost", "127.0.0.1", "::1", socket.gethostname()} <= set(hosts_of(host))
