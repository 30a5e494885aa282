"""From a file or the name of one that ships to a checked topology."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISDIR, S_ISREG

from xdsi_sim.errors import UsageError
from xdsi_sim.resources import scenarios
from xdsi_sim.topology.checked import check, did_you_mean
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.viewer import check_viewer
from xdsi_sim.topology.yaml import Document, Place, read_yaml

__all__ = ["find_shipped", "find_topology", "load_topology", "with_files"]


def load_topology(path: Path) -> Topology:
    """Read and check a topology; raises UsageError with the place of what is wrong."""
    document = read_yaml(path)
    return with_files(check(Topology, document), document, path.parent)


def with_files(topology: Topology, document: Document, folder: Path, at: Place = ()) -> Topology:
    """The topology at `at` of a document, with the files that it names taken from `folder` and looked at.

    Raises UsageError with the place of what cannot be used.
    """
    _check_faults(topology, document, at)
    _check_sessions(topology, document, at)
    for with_ in (_with_codes, _with_tls, _with_viewer):
        topology = with_(topology, document, folder, at)
    return topology.model_copy(update={"peers": tuple(peer.beside(folder) for peer in topology.peers)})


def _check_faults(topology: Topology, document: Document, at: Place) -> None:
    if not any(getattr(placed.actor, "faults", ()) for placed in topology.actors()):
        return
    from xdsi_sim.topology.faults import check_faults  # noqa: PLC0415
    from xdsi_sim.topology.players import ROLES  # noqa: PLC0415  costs what only deviations should

    check_faults(topology, ROLES, document, at)


def _check_sessions(topology: Topology, document: Document, at: Place) -> None:
    if topology.sessions == "off":
        return
    from xdsi_sim.topology.within import check_sessions  # noqa: PLC0415

    try:
        check_sessions(topology, alone=True)
    except UsageError as error:
        raise document.error((*at, "sessions"), error.message, hint=error.hint) from None


def _with_codes(topology: Topology, document: Document, folder: Path, at: Place) -> Topology:
    if all(community.codes is None for community in topology.communities):
        return topology
    from xdsi_sim.topology.codes.loader import check_files  # noqa: PLC0415  costs what only codes should

    communities = list(topology.communities)
    for number, community in enumerate(communities):
        if community.codes is not None:
            codes = community.codes.beside(folder)
            check_files(codes, document, (*at, "communities", number, "codes"))
            communities[number] = community.model_copy(update={"codes": codes})
    return topology.model_copy(update={"communities": tuple(communities)})


def _with_tls(topology: Topology, document: Document, folder: Path, at: Place) -> Topology:
    if topology.tls is None:
        return topology
    from xdsi_sim.topology.certificates import check_files  # noqa: PLC0415  costs what only TLS should

    tls = topology.tls.beside(folder)
    check_files(tls, document, (*at, "tls"))
    return topology.model_copy(update={"tls": tls})


def _with_viewer(topology: Topology, document: Document, folder: Path, at: Place) -> Topology:
    if topology.viewer is None:
        return topology
    viewer = topology.viewer.beside(folder)
    try:
        check_viewer(viewer.folder, (community.id for community in topology.communities))
    except UsageError as error:
        raise document.error((*at, "viewer"), error.message, hint=error.hint) from None
    return topology.model_copy(update={"viewer": viewer})


def find_topology(name: str) -> Path:
    """Path of a topology given by path, or by its bare name among those that ship."""
    return find_shipped(name, scenarios() / "topologies", "topology")


def find_shipped(name: str, folder: Path, kind: str) -> Path:
    """`name` as a path, or, where it has neither suffix nor folder, `{name}.yaml` in `folder`.

    Raises UsageError naming `kind` and the nearest name where there is no such file, or saying what else is
    there.
    """
    path = Path(name)
    if path.suffix or len(path.parts) != 1:
        _check_is_file(path, name)
        return path
    shipped = {file.stem: file for file in sorted(folder.glob("*.yaml"))}
    if name not in shipped:
        raise UsageError(f"no {kind} '{name}' ships with xdsi-sim.", hint=did_you_mean(name, shipped))
    return shipped[name]


def _check_is_file(path: Path, name: str) -> None:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"no such file: {name}") from None
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from None
    if not S_ISREG(mode):
        raise UsageError(f"{name}: this is {'a folder' if S_ISDIR(mode) else 'no plain file'}")
