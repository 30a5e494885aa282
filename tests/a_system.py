"""A system under test: registry and repository of a vendor's own, and the file that describes them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xdsi_sim.sut.laying import laid_over
from xdsi_sim.sut.loader import LoadedSystem, load_system
from xdsi_sim.sut.options import INTERACTIVE, OPTIONS
from xdsi_sim.sut.plan import Plan, plan_of
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import parse_yaml

HOME, AUTHORITY, REPOSITORY = "urn:oid:2.999.42", "2.999.42.2", "2.999.42.10"
QUICK = "timeouts: {connect: 0.5, firstByte: 0.4, total: 1}\n"

PRODUCT = f"""\
name: product
communities:
  - id: hall
    homeCommunityId: {HOME}
    patientAuthority: {AUTHORITY}
    registry: {{id: index, strictness: strict, patients: fed-only}}
    repositories:
      - {{id: vault, repositoryUniqueId: {REPOSITORY}, strictness: strict}}
"""


@contextmanager
def a_closed_port() -> Iterator[int]:
    """A port at which nobody listens, and nobody else begins to."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield int(kept.getsockname()[1])


@contextmanager
def a_product(folder: Path, text: str = PRODUCT) -> Iterator[RunningTopology]:
    """The vendor's actors, at a port of their own."""
    topology = check(Topology, parse_yaml(f"listen: 127.0.0.1:0\n{text}", "product.yaml"))
    with start(topology, folder) as running:
        yield running


def description(
    *, registry: str | None = None, repository: str | None = None, more: str = "", listen: int = 0
) -> str:
    """The text of a `sut.yaml`."""
    roles = []
    if registry is not None:
        roles.append(f'  registry: {{url: "{registry}"}}')
    if repository is not None:
        roles.append(f'  repository: {{url: "{repository}", repositoryUniqueId: {REPOSITORY}}}')
    return (
        f"name: acme\ntitle: Acme XDS 4.2\nlisten: 127.0.0.1:{listen}\nhomeCommunityId: {HOME}\n"
        f"patientAuthority: {AUTHORITY}\nroles:\n" + "\n".join(roles) + f"\n{more}"
    )


@contextmanager
def a_role(
    role: str, folder: Path, ids: str, listen: int, port: int
) -> Iterator[tuple[RunningTopology, LoadedSystem]]:
    """A foreign source or gateway at a port of its own, and the file that describes it; ours are at `listen`.

    It has the ids of the file, and finds the others of the suite where that says that they answer.
    """
    base = f"http://127.0.0.1:{port}/tested/{role}"
    web = {
        "imaging-document-source": f'dicomweb: "{base}/dicom-web", wado: "{base}/wado"',
        "initiating-imaging-gateway": f'xcWado: "{base}/wado"',
        "responding-imaging-gateway": f'xcWado: "{base}/wado-rs"',
    }
    keys = ", ".join(part for part in (f'url: "{base}"', web.get(role, ""), ids.strip("{}")) if part)
    options = ", ".join(option for option in OPTIONS if option != INTERACTIVE)
    told = loaded(
        folder,
        f"name: acme\nlisten: 127.0.0.1:{listen}\nhomeCommunityId: {HOME}\npatientAuthority: {AUTHORITY}\n"
        f"roles:\n  {role}: {{{keys}}}\noptions: [{options}]\n",
    )
    topology = with_port(laid_over(role, told), role, port).model_copy(update={"peers": ()})
    with start(topology, folder / "product", only={role}) as running:
        yield running, told


def with_port(topology: Topology, id_: str, port: int) -> Topology:
    """The same, one actor at a port of its own."""

    def changed(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(changed, value))
        return value.model_copy(update={"port": port}) if getattr(value, "id", None) == id_ else value

    communities = tuple(
        each.model_copy(update={name: changed(getattr(each, name)) for name in type(each).model_fields})
        for each in topology.communities
    )
    return topology.model_copy(update={"communities": communities})


def loaded(folder: Path, text: str) -> LoadedSystem:
    path = folder / "sut.yaml"
    path.write_text(text, encoding="utf-8")
    return load_system(path)


def a_plan(folder: Path, text: str, *ids: str) -> Plan:
    """The tests of a system; some of them alone, where ids are given."""
    return plan_of(loaded(folder, text), ids=ids)
