from __future__ import annotations

import threading
from pathlib import Path

from a_peer import peers, said
from a_proxy import in_front
from wire import message, post, send


def test_what_is_under_way_is_recorded_before_the_end(tmp_path: Path) -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def answer(_request: bytes) -> bytes:
        asked.set()
        may_answer.wait(10)
        return said("200 OK", b"late")

    with peers() as peer:
        running = in_front(tmp_path, "record", {"firstByte": 20}, registry=peer(answer))
        url = running.url_of("registry")
        calling = threading.Thread(target=send, args=(url, post(url, *message(url))))
        calling.start()
        asked.wait(10)
        closing = threading.Thread(target=running.close)
        closing.start()
        may_answer.set()
        closing.join(10)
        calling.join(10)
    assert [path.name for path in sorted((tmp_path / "recordings" / "registry").iterdir())] == [
        "000001-request.http",
        "000001-response.http",
        "000001.json",
    ]
