from __future__ import annotations

import socket

import pytest
from a_system import a_closed_port

from xdsi_sim.sut.reach import host_and_port, trouble_at


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://192.0.2.7:8080/registry", ("192.0.2.7", 8080)),
        ("http://192.0.2.7/registry", ("192.0.2.7", 80)),
        ("https://acme.test/registry", ("acme.test", 443)),
        ("http://[::1]:9000/", ("::1", 9000)),
    ],
)
def test_where_an_address_leads_to(url: str, found: tuple[str, int]) -> None:
    assert host_and_port(url) == found


def test_what_listens_is_no_trouble_and_what_does_not_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert trouble_at("127.0.0.1", port, 1) is None
    with a_closed_port() as port:
        assert trouble_at("127.0.0.1", port, 1) == f"nothing listens at 127.0.0.1:{port}"
    assert trouble_at("nobody.invalid", 80, 1) == "the name nobody.invalid is not known"
