from __future__ import annotations

from datetime import timedelta

import pytest
from a_tls_peer import NOW
from cryptography import x509

from xdsi_sim.errors import UsageError
from xdsi_sim.tls.authority import address, covers, is_current, issue, make_authority


def test_what_an_authority_issues_is_signed_by_it_and_for_the_hosts_named() -> None:
    authority = make_authority(NOW)
    pair = issue(authority, "peer", ("a.test", "127.0.0.1", "::1", "a.test"), NOW)
    pair.certificate.verify_directly_issued_by(authority.certificate)
    names = pair.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["a.test", "127.0.0.1", "::1"]
    assert covers(pair.certificate, ("::1", "a.test"))
    assert not covers(pair.certificate, ("b.test",))


def test_two_authorities_are_never_taken_for_each_other() -> None:
    assert make_authority(NOW).certificate.subject != make_authority(NOW).certificate.subject


@pytest.mark.parametrize(("days", "current"), [(0, True), (395, True), (396.5, False), (-1, False)])
def test_a_certificate_that_ends_within_a_day_is_not_current(days: float, current: bool) -> None:
    pair = issue(make_authority(NOW), "peer", (), NOW)
    assert is_current(pair.certificate, NOW + timedelta(days=days)) is current


def test_addresses_are_told_from_names() -> None:
    assert [str(address(host)) for host in ("::1", "10.0.0.1", "host.test")] == ["::1", "10.0.0.1", "None"]


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("", "It has"),
        ("a b", "It has"),
        ("grün.test", "ASCII"),
        ("-a", "It has"),
        ("https://a.test", "It has"),
    ],
)
def test_what_is_no_host_name_gets_no_certificate(host: str, why: str) -> None:
    with pytest.raises(UsageError, match=f"is no host name for a certificate. .*{why}"):
        issue(make_authority(NOW), "peer", (host,), NOW)
