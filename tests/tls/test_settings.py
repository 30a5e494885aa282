from __future__ import annotations

import ssl

from xdsi_sim.tls.settings import CIPHERS


def test_only_ciphers_with_forward_secrecy_and_authenticated_encryption_are_named() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers(CIPHERS)
    named = {cipher["name"]: cipher for cipher in context.get_ciphers() if cipher["protocol"] == "TLSv1.2"}
    assert set(named) == set(CIPHERS.split(":"))
    assert all(cipher["aead"] and name.startswith("ECDHE-") for name, cipher in named.items())
