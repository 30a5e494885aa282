from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.loader import find_topology, load_topology

SMALL = """\
name: small
communities:
  - {id: a, homeCommunityId: urn:oid:2.999.1, patientAuthority: 2.999.1.1, registry: {id: registry}}
"""


def test_topology_is_loaded_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert load_topology(path).name == "small"


def test_error_names_the_file_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.yaml").write_text(SMALL.replace("name", "nam"), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_topology(find_topology("wrong.yaml"))
    assert str(caught.value) == "wrong.yaml:1:1: unknown key 'nam'. Did you mean 'name'?"


def test_bare_name_is_one_that_ships() -> None:
    assert load_topology(find_topology("central")).name == "central"


def test_unknown_name_comes_with_the_nearest_one() -> None:
    with pytest.raises(
        UsageError, match=r"no topology 'centrl' ships with xdsi-sim\. Did you mean 'central'\?"
    ):
        find_topology("centrl")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("folder.yaml", "^folder.yaml: this is a folder$"),
        ("/dev/null", "^/dev/null: this is no plain file$"),
        ("loop.yaml", "^loop.yaml: cannot be read: Too many levels of symbolic links$"),
        ("loop.yaml/x", "^loop.yaml/x: cannot be read: "),
    ],
)
def test_what_is_no_file_is_said_to_be_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.yaml").mkdir()
    Path("loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(UsageError, match=words):
        find_topology(name)


@pytest.mark.parametrize("name", ["absent.yaml", "folder/absent"])
def test_path_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(UsageError, match=f"no such file: {name}"):
        find_topology(name)
