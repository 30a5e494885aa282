"""A topology with its inspector, on which a scenario was played and messages came that are hostile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from wire import Answer, get, message, post, send

from xdsi_sim.content import read_all
from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.web import inspecting
from xdsi_sim.scenario.loader import find_scenario, load_scenario
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen

__all__ = ["HOSTILE", "Inspector", "Pages", "an_inspector"]

HOSTILE = "<script>alert(1)</script>\u202e\"'><img src=x onerror=alert(2)>"
"""A title that a page must not obey."""


@dataclass(frozen=True)
class Pages:
    """Its address, and what runs behind it."""

    running: RunningTopology
    url: str

    def get(self, path: str, *headers: str, method: str = "GET") -> Answer:
        return get(self.url + path, *headers, method=method)

    def page(self, path: str) -> str:
        """The text of a page that is there."""
        answer = self.get(path)
        assert answer.status == 200, answer.body.decode()
        return answer.body.decode()

    def words(self, path: str) -> str:
        """What is to be read on it."""
        return words_of(self.page(path))

    def submit(self, path: str, *headers: str, **fields: str) -> Answer:
        body = urlencode(fields).encode()
        named = [f"Host: {urlsplit(self.url).netloc}", "Content-Type: application/x-www-form-urlencoded"]
        lines = [*named, f"Content-Length: {len(body)}", *headers]
        target = urlsplit(self.url + path).path
        head = "\r\n".join((f"POST {target} HTTP/1.1", *lines))
        return send(self.url, head.encode() + b"\r\n\r\n" + body)

    @property
    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.page("faults"))
        assert found
        return found[1]


@dataclass(frozen=True)
class Inspector(Pages):
    """One that has something to show."""

    exchanges: Sequence[Exchange]
    """Those of the scenario."""
    refused: Exchange
    """A submission with several errors."""
    hostile: Exchange

    def one(self, transaction: str) -> Exchange:
        return next(one for one in self.exchanges if one.transaction == transaction)


def words_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


@contextmanager
def an_inspector(folder: Path) -> Iterator[Inspector]:
    loaded = load_scenario(find_scenario("central"))
    with start(loaded.topology, folder, Listen("127.0.0.1", 0)) as running, inspecting(running) as url:
        played = play(loaded, running).exchanges
        first = next(one for one in played if one.transaction == "ITI-42")
        refused = _again(running, first, rb'name="languageCode"', b'name="languageCod"')
        title = HOSTILE.encode().replace(b"<", b"&lt;").replace(b'"', b"&quot;")
        hostile = _again(running, first, rb'(LocalizedString value=")[^"]*', rb"\g<1>" + title)
        yield Inspector(running, url, played, refused, hostile)


def _again(running: RunningTopology, exchange: Exchange, pattern: bytes, changed: bytes) -> Exchange:
    """Send a request with something else in it; gives what is recorded of it."""
    url = running.url_of("registry")
    content_type, _ = message(url)
    body = re.sub(pattern, changed, read_all(exchange.request.body))
    body = re.sub(
        rb"urn:uuid:[0-9a-f-]{36}(?=</wsa:MessageID>)", b"urn:uuid:" + str(len(body)).encode(), body
    )
    mark = running.mark()
    send(url, post(url, content_type, body))
    running.mark()
    return running.heard(mark)[-1][1]
