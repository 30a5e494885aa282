"""What foreign stacks really sent, sent again octet for octet: each gets the answer that the stack got.

`make interop INTEROP_CAPTURE=1` writes the samples anew, by the clients that are installed.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from a_domain import response_of
from an_errand import PACS, SAMPLE_PORT, Scene, accepted, findings_of, sample, scene, transaction_of
from foreign_clients import CLIENTS, Client
from wire import Answer, send

from xdsi_sim.vocab import SUCCESS

ACTORS = {
    "ITI-18": "registry",
    "ITI-41": "repository",
    "ITI-42": "registry",
    "ITI-43": "repository",
    "RAD-69": PACS,
    "ITI-44 add": "registry",
    "ITI-44 revise": "registry",
    "ITI-51": "registry",
    "ITI-44 merge": "registry",
}
FIRST = {"ITI-43": "ITI-41", "ITI-44 merge": "ITI-44 add"}
"""What must have been sent before, so that there is something to answer."""


@pytest.fixture
def actors(tmp_path: Path) -> Iterator[Scene]:
    """Fresh for each sample: the ids in it must not have been used."""
    with scene(tmp_path) as started:
        yield started


def replay(actors: Scene, client: Client, transaction: str) -> Answer:
    return send(actors.running.url_of(ACTORS[transaction]), sample(client.name, transaction).read_bytes())


@pytest.mark.parametrize("transaction", ACTORS)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_sample_succeeds_with_the_findings_of_its_stack(
    client: Client, transaction: str, actors: Scene
) -> None:
    if transaction in FIRST:
        replay(actors, client, FIRST[transaction])
    answer = replay(actors, client, transaction)
    assert answer.status == 200
    assert f'"{accepted(transaction)}"'.encode() in answer.body
    assert findings_of(actors.running, transaction) == client.findings.get(transaction, set())


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_manifest_in_a_sample_is_the_one_of_the_errand(client: Client, actors: Scene) -> None:
    replay(actors, client, "ITI-41")
    answer = replay(actors, client, "ITI-43")
    assert response_of(answer).status == SUCCESS
    inline = b64encode(actors.errand.manifest)  # the answer to a message that was not MTOM
    assert actors.errand.manifest in answer.body or inline in answer.body


@pytest.mark.parametrize("transaction", ACTORS)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_sample_is_of_its_transaction_and_names_no_other_port(client: Client, transaction: str) -> None:
    data = sample(client.name, transaction).read_bytes()
    assert transaction_of(data) == transaction
    ports = {part[:5] for part in data.split(b"127.0.0.1:")[1:]}
    assert ports == {str(SAMPLE_PORT).encode()}
