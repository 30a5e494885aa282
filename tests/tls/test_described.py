from __future__ import annotations

from datetime import timedelta

from a_tls_peer import NOW, Workshop
from cryptography.x509.oid import ExtendedKeyUsageOID

from xdsi_sim.tls.authority import issue
from xdsi_sim.tls.described import day, describe, permits
from xdsi_sim.tls.files import read_certificates


def test_a_certificate_is_told_by_subject_issuer_validity_and_names(certificates: Workshop) -> None:
    facts = describe(read_certificates(certificates.issue("peer").certificate)[0])
    assert facts.subject == "CN=peer"
    assert facts.issuer == certificates.authority.certificate.subject.rfc4514_string()
    assert facts.names == ("127.0.0.1", "localhost")
    assert facts.not_before <= NOW <= facts.not_after - timedelta(days=396)
    assert len(bytes.fromhex(facts.fingerprint)) == 32


def test_nothing_in_a_certificate_acts_on_who_reads_it(certificates: Workshop) -> None:
    name = "a\x1b[31mRED\r\nERROR forged \u202ex"
    files = certificates.keep("hostile", issue(certificates.authority, name, ("localhost",), NOW))
    facts = describe(read_certificates(files.certificate)[0])
    assert facts.subject == "CN=a⟨U+001B⟩[31mRED⟨U+000D⟩⟨U+000A⟩ERROR forged ⟨U+202E⟩x"


def test_usages_are_those_of_the_extension_and_all_without_one(certificates: Workshop) -> None:
    only = read_certificates(certificates.for_clients().certificate)[0]
    assert permits(only, ExtendedKeyUsageOID.CLIENT_AUTH)
    assert not permits(only, ExtendedKeyUsageOID.SERVER_AUTH)
    assert permits(certificates.authority.certificate, ExtendedKeyUsageOID.SERVER_AUTH)


def test_a_moment_is_told_in_utc() -> None:
    assert day(NOW.replace(year=2026, month=2, day=3, hour=4, minute=5)) == "2026-02-03 04:05 UTC"
