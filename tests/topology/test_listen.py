from __future__ import annotations

import pytest

from xdsi_sim.topology.listen import Listen


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("0.0.0.0:80", "0.0.0.0", 80), ("[::1]:8080", "::1", 8080), ("sim.example:0", "sim.example", 0)],  # noqa: S104  parsed only
)
def test_listen_is_host_and_port(text: str, host: str, port: int) -> None:
    assert Listen.parse(text) == Listen(host, port)
    assert str(Listen.parse(text)) == text


@pytest.mark.parametrize("text", ["", "8080", ":8080", "a:", "a:65536", "::1:80", "a b:80", "http://a:80"])
def test_anything_else_is_no_listen(text: str) -> None:
    with pytest.raises(ValueError, match="is not HOST:PORT"):
        Listen.parse(text)
