"""Bodies that a reader once had to think about: the first line is the Content-Type, the name the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_domain import domain
from wire import message, post, send

from xdsi_sim.content import SegmentsContent, read_all
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.soap.mtom import Package, PackageReader
from xdsi_sim.topology.build import RunningTopology

CORPUS = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "corpus").iterdir())}
each_sample = pytest.mark.parametrize("name", CORPUS)


def sample(name: str) -> tuple[str, bytes]:
    content_type, _, body = CORPUS[name].partition(b"\n")
    return content_type.decode(), body


def read(name: str, folder: Path, *steps: int) -> Package | str | None:
    """The package, or the rule by which there is none; pieces get larger by the steps, again and again."""
    content_type, body = sample(name)
    reader = PackageReader(content_type, folder)
    at = turn = 0
    while at < len(body):
        size = steps[turn % len(steps)]
        reader.feed(body[at : at + size])
        at, turn = at + size, turn + 1
    try:
        return reader.finish()
    except ProtocolViolation as refused:
        return refused.rule


def told(read_: Package | str | None) -> object:
    """All that a package says, without the names that stand for what was cut out."""
    if not isinstance(read_, Package):
        return read_
    root = read_.root
    for placeholder in read_.inline or ():
        root = root.replace(placeholder.encode(), b"|")
    contents = [*read_.parts.values(), *(read_.inline or {}).values()]
    return root, [read_all(content) for content in contents], read_.findings


@each_sample
def test_a_sample_ends_as_its_name_says_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    found = read(name, tmp_path, 65536)
    outcome = name.partition("-")[0]
    if isinstance(found, Package):
        assert outcome == "ok"
        assert read_all(SegmentsContent(found.raw)) == sample(name)[1]
        found.discard()
    else:
        assert found == outcome
    assert list(tmp_path.iterdir()) == []


@each_sample
@pytest.mark.parametrize("steps", [(1, 7, 0, 65536), (2, 3), (1000,)])
def test_a_sample_ends_the_same_in_any_pieces(tmp_path: Path, name: str, steps: tuple[int, ...]) -> None:
    assert told(read(name, tmp_path, *steps)) == told(read(name, tmp_path, 1 << 20))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("domain")) as started:
        yield started


@each_sample
def test_a_sample_gets_an_answer_and_costs_the_next_one_nothing(running: RunningTopology, name: str) -> None:
    url = running.url_of("repository")
    assert send(url, post(url, *sample(name))).status in (400, 413, 415)
    registry = running.url_of("registry")
    assert send(registry, post(registry, *message(registry))).status == 200
    assert list(running._spool.iterdir()) == []
