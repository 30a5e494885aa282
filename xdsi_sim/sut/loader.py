"""From `sut.yaml` to a checked description; what is wrong is told with its place and the near word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xdsi_sim.sut.model import SystemUnderTest
from xdsi_sim.sut.suites import known_ids
from xdsi_sim.topology.checked import check, did_you_mean
from xdsi_sim.topology.yaml import Document, read_yaml

__all__ = ["LoadedSystem", "load_system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSystem:
    """A description, and the file that it came from."""

    system: SystemUnderTest
    document: Document


def load_system(path: Path) -> LoadedSystem:
    """Read and check; raises UsageError with the place of what is wrong."""
    document = read_yaml(path)
    system = check(SystemUnderTest, document)
    known = known_ids()
    for id_ in system.deviations:
        if id_ not in known:
            text = f"there is no test '{id_}'."
            raise document.error(("deviations", id_), text, hint=did_you_mean(id_, known), at_key=True)
    if system.tls is not None:
        from xdsi_sim.topology.certificates import check_files  # noqa: PLC0415  costs what only TLS should

        tls = system.tls.beside(path.parent)
        check_files(tls, document, ("tls",))
        system = system.model_copy(update={"tls": tls})
    return LoadedSystem(system=system, document=document)
