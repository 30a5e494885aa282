from __future__ import annotations

from pathlib import Path

import pytest
from wire import get

from xdsi_sim.errors import UsageError
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.site import ActorSite


def test_a_port_that_is_taken_is_said_to_be_with_the_way_out(site: ActorSite, spool: Path) -> None:
    with pytest.raises(UsageError, match=rf"cannot listen on 127.0.0.1:{site.port}: .*--listen"):
        ActorSite(running_loop(), "127.0.0.1", site.port, spool)


def test_a_path_without_an_actor_is_not_found(site: ActorSite) -> None:
    for path in ("/nobody/here", "/"):
        answer = get(f"http://127.0.0.1:{site.port}{path}")
        assert (answer.status, answer.body.decode()) == (
            404,
            f"no actor is at {path}: xdsi-sim up lists the addresses\n",
        )
