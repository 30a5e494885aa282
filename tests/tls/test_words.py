from __future__ import annotations

import pytest
from a_tls_peer import Workshop

from xdsi_sim.tls.words import NOT_TLS, certificate_trouble, is_one_of, reason_words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (10, "is expired since 20"),
        (9, "is not valid before 20"),
        (18, "is signed by itself"),
        (20, "is not signed by a CA that we trust"),
        (26, "extended key usage"),
        (9999, "is refused (error 9999 of OpenSSL)"),
    ],
)
def test_a_code_of_openssl_becomes_a_sentence(code: int, words: str, certificates: Workshop) -> None:
    text = certificate_trouble(code, certificates.authority.certificate)
    assert words in text
    assert text.startswith("the certificate 'CN=xdsi-sim test authority")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("tlsv13 alert certificate required", "asks for a certificate"),
        ("TLSV1_ALERT_UNKNOWN_CA", "does not trust the CA that signed our certificate"),
        ("ssl/tls alert handshake failure", "accepts none of our ciphers"),
        ("wrong version number", "does not speak TLS here"),
        ("something new", "something new"),
    ],
)
def test_a_reason_of_openssl_becomes_a_sentence(reason: str, words: str) -> None:
    assert words in reason_words(reason)


def test_reasons_are_known_in_either_spelling() -> None:
    assert is_one_of("WRONG_VERSION_NUMBER", NOT_TLS)
    assert not is_one_of("no shared cipher", NOT_TLS)
