from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from xdsi_sim.deviations.switches import Desk, Setting, Switchboard
from xdsi_sim.tls.files import AuthorityFolder, read_certificates
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.presented import wrongly_presented


def desk(*deviations: str) -> Desk:
    board = Switchboard({"registry": ("ITI-18", "TLS")})
    for deviation in deviations:
        board.on(Setting(actor="registry", deviation=deviation), "test")
    return board.desk("registry")


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    node = AuthorityFolder(tmp_path).make_node(("localhost",), datetime.now(UTC))
    return Tls(certificate=node.certificate, key=node.key, authorities=())


def test_a_port_presents_its_own_certificate_where_nothing_is_on(tls: Tls, tmp_path: Path) -> None:
    assert wrongly_presented(tls, tmp_path, [desk(), desk("delay")]) is None


def test_one_fault_of_any_actor_decides(tls: Tls, tmp_path: Path) -> None:
    other = wrongly_presented(tls, tmp_path, [desk(), desk("tls-expired")])
    assert other is not None
    assert other.authorities == tls.authorities
    (certificate,) = read_certificates(other.certificate)
    assert certificate.not_valid_after_utc < datetime.now(UTC)
    assert certificate.issuer == read_certificates(tmp_path / "tls" / "authority.pem")[0].subject


def test_a_certificate_is_issued_once_and_kept(tls: Tls, tmp_path: Path) -> None:
    first, second = (wrongly_presented(tls, tmp_path, [desk("tls-wrong-name")]) for _ in range(2))
    assert first is not None
    assert first == second
    assert first.key.stat().st_mode & 0o077 == 0


def test_without_an_authority_of_ours_a_stranger_signs(tls: Tls, tmp_path: Path) -> None:
    other = wrongly_presented(tls, tmp_path / "elsewhere", [desk("tls-expired")])
    assert other is not None
    (certificate,) = read_certificates(other.certificate)
    assert certificate.issuer != read_certificates(tmp_path / "tls" / "authority.pem")[0].subject
