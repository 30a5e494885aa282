from __future__ import annotations

from pathlib import Path

import pytest
from a_viewer import a_viewer

from xdsi_sim.cli.viewers import with_viewer
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.loader import find_topology, load_topology


def test_a_topology_gets_the_viewer_in_a_folder(tmp_path: Path) -> None:
    central = load_topology(find_topology("central"))
    found = with_viewer(central, str(a_viewer(tmp_path / "ohif")))
    assert found.viewer is not None
    assert found.viewer.folder == tmp_path / "ohif"
    assert with_viewer(central, None) is central


def test_a_folder_without_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--viewer: .* is no build of OHIF 3"):
        with_viewer(load_topology(find_topology("central")), str(tmp_path))
