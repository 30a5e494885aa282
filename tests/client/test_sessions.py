from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_session import base_of, domain_of_sessions

from xdsi_sim.client.sessions import SessionsClient
from xdsi_sim.errors import UsageError
from xdsi_sim.server.loop import running_loop


@pytest.fixture
def client(tmp_path: Path) -> Iterator[SessionsClient]:
    with domain_of_sessions(tmp_path, "closed") as running:
        loop = running_loop()
        made = SessionsClient(base_of(running), loop.reactor, loop.call)
        yield made
        made.close()


def test_sessions_are_made_listed_emptied_and_removed(client: SessionsClient) -> None:
    made = client.add("acme", codes="mimeType: [text/plain]", file="c.yaml")
    assert (made["name"], made["codes"]) == ("acme", "c.yaml")
    client.add("other")
    assert [one["name"] for one in client.sessions()] == ["acme", "other"]
    client.clear("acme")
    client.remove("other")
    assert client.sessions() == [made]


def test_what_is_wrong_is_told(client: SessionsClient) -> None:
    with pytest.raises(UsageError, match="'A' is no name of a session"):
        client.add("A")
    with pytest.raises(UsageError, match=r"there is no session 'acme'\. Make it: xdsi-sim session add acme"):
        client.remove("acme")
