from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import FILE
from an_exchange import an_exchange

from xdsi_sim.cli.log_scenario import told_of, write_scenario
from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.played_again import Made
from xdsi_sim.scenario.loader import load_scenario


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "my domain.yaml"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def write(to: Path, topology: str, receiver: str | None = None) -> Made:
    return write_scenario([an_exchange()], to, topology, receiver=receiver, waited_for=())


def test_the_scenario_has_the_name_of_its_file_and_finds_its_topology_from_there(
    tmp_path: Path, file: str
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    assert write(folder / "a first try!.yaml", file).steps == 1
    assert load_scenario(folder / "a first try!.yaml").scenario.name == "a-first-try"


@pytest.mark.parametrize(
    ("to", "topology", "receiver", "words"),
    [
        ("again.txt", "central", None, "a scenario is a file that ends in .yaml"),
        ("again.yaml", "centrall", None, "no topology 'centrall' ships"),
        ("again.yaml", "central", "registri", "has no actor 'registri'"),
    ],
)
def test_what_cannot_be_is_told(
    tmp_path: Path, to: str, topology: str, receiver: str | None, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        write(tmp_path / to, topology, receiver)
    assert not list(tmp_path.iterdir())


def test_what_is_left_out_is_told_with_the_reason() -> None:
    made = Made(steps=1, images=2, left_out={"not to registry": 3})
    assert list(told_of(made, "x.yaml")) == [
        "1 step, 2 images in x.yaml",
        "left out: 3 exchanges not to registry",
    ]
