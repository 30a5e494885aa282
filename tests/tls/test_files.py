from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from a_tls_peer import NOW

from xdsi_sim.errors import UsageError
from xdsi_sim.tls.files import AuthorityFolder, PairFiles, read_certificates

HOSTS = ("127.0.0.1", "localhost")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "tls").iterdir()}


def test_what_is_missing_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = AuthorityFolder(tmp_path)
    folder.make_node(HOSTS, NOW)
    made = contents(tmp_path)
    assert set(made) == {"authority.pem", "authority.key", "node.pem", "node.key"}
    folder.make_node(HOSTS, NOW + timedelta(days=300))
    assert contents(tmp_path) == made


def test_private_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folder = AuthorityFolder(tmp_path)
    folder.make_node(HOSTS, NOW)
    issued = folder.issue("viewer", HOSTS, None, NOW)
    for pair in (folder.authority, folder.node, issued):
        assert pair.key.stat().st_mode & 0o777 == 0o600
        assert pair.certificate.stat().st_mode & 0o400


def test_an_expired_certificate_is_renewed_and_the_authority_stays(tmp_path: Path) -> None:
    folder = AuthorityFolder(tmp_path)
    folder.make_node(HOSTS, NOW)
    before = contents(tmp_path)
    folder.make_node(HOSTS, NOW + timedelta(days=398))
    after = contents(tmp_path)
    assert after["authority.pem"] == before["authority.pem"]
    assert after["node.pem"] != before["node.pem"]


def test_an_expired_authority_is_renewed_with_all_that_it_signed(tmp_path: Path) -> None:
    folder = AuthorityFolder(tmp_path)
    folder.make_node(HOSTS, NOW - timedelta(days=4000))
    before = contents(tmp_path)
    folder.make_node(HOSTS, NOW)
    after = contents(tmp_path)
    assert after["authority.pem"] != before["authority.pem"]
    signer, node = (read_certificates(tmp_path / "tls" / f"{name}.pem")[0] for name in ("authority", "node"))
    node.verify_directly_issued_by(signer)


def test_a_new_host_needs_a_new_certificate(tmp_path: Path) -> None:
    folder = AuthorityFolder(tmp_path)
    folder.make_node(HOSTS, NOW)
    before = contents(tmp_path)["node.pem"]
    folder.make_node((*HOSTS, "new.test"), NOW)
    assert contents(tmp_path)["node.pem"] != before


def test_a_pair_that_a_crash_left_half_written_is_made_anew(tmp_path: Path) -> None:
    folder = AuthorityFolder(tmp_path)
    folder.make_node(HOSTS, NOW)
    folder.node.key.write_bytes(folder.authority.key.read_bytes())
    assert folder.node.read() is None
    folder.make_node(HOSTS, NOW)
    assert folder.node.read() is not None


def test_certificates_are_issued_where_they_are_wanted(tmp_path: Path) -> None:
    folder = AuthorityFolder(tmp_path / "data")
    inside = folder.issue("viewer", HOSTS, None, NOW)
    outside = folder.issue("other.test", HOSTS, tmp_path / "to", NOW)
    assert folder.issued() == (inside,)
    assert outside == PairFiles(tmp_path / "to" / "other.test.pem", tmp_path / "to" / "other.test.key")
    assert outside.read() is not None


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a" * 64, "a\nb"])
def test_a_name_never_becomes_a_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a certificate"):
        AuthorityFolder(tmp_path).issue(name, HOSTS, None, NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("broken", ["authority.pem", "authority.key"])
def test_a_file_that_is_something_else_is_named(broken: str, tmp_path: Path) -> None:
    folder = AuthorityFolder(tmp_path)
    folder.make_authority(NOW)
    (tmp_path / "tls" / broken).write_text("nonsense")
    with pytest.raises(UsageError, match=rf"{broken}: this is no .* in PEM form"):
        folder.make_authority(NOW)
    assert (tmp_path / "tls" / broken).read_text() == "nonsense"
