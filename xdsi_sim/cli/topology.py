"""`xdsi-sim topology`: what a topology file holds, told without starting it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xdsi_sim.cli.conventions import FINDINGS, GOOD, file_to_write, listen_option
from xdsi_sim.cli.options import JsonOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xdsi_sim.topology.model import Topology

__all__ = ["topology"]

topology = typer.Typer(
    name="topology",
    help="What a topology file holds, without starting it.\n\nExample: xdsi-sim topology show federated-2",
    no_args_is_help=True,
)


@topology.command()
def check(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="YAML files, or names of those that ship.")
    ],
    json_: JsonOption = False,
) -> None:
    """Say whether topologies can be started, and if not, what is wrong and in which line.

    Files that they name (codes, certificates) are looked at, too. Whether a port is free shows at the start.

    Example: xdsi-sim topology check mine.yaml
    """
    from xdsi_sim.topology.loader import find_topology

    found = {file: find_topology(file) for file in files}  # what is not there is told before any is read
    told = [_checked(file, path) for file, path in found.items()]
    if json_:
        print(json.dumps({"files": told}))
    else:
        _print_checked(told)
    raise typer.Exit(GOOD if all(each["good"] for each in told) else FINDINGS)


@topology.command()
def show(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A YAML file, or one that ships.")] = "central",
    json_: JsonOption = False,
) -> None:
    """List the communities and actors of a topology with their ids and addresses, and who calls whom.

    Example: xdsi-sim topology show federated-2
    """
    from xdsi_sim.topology.loader import find_topology, load_topology

    found = load_topology(find_topology(file))
    if json_:
        print(json.dumps(_shown(found)))
    else:
        _print_shown(found)


@topology.command()
def draw(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A YAML file, or one that ships.")] = "central",
    to: Annotated[
        str | None, typer.Option("--to", metavar="FILE.svg", help="Write a picture; without, draw it here.")
    ] = None,
) -> None:
    """Draw communities, actors and peers, and who calls whom: in the terminal, or as SVG.

    Example: xdsi-sim topology draw mixed --to mixed.svg
    """
    from xdsi_sim.topology.loader import find_topology, load_topology

    path = None if to is None else file_to_write("--to", to)
    found = load_topology(find_topology(file))
    if path is not None:
        from xdsi_sim.topology.drawing import as_svg, drawing_of

        path.write_text(as_svg(drawing_of(found)), encoding="utf-8")
    else:
        from xdsi_sim.scenario.outline import print_outline
        from xdsi_sim.scenario.printing import console

        print_outline(console(), found)


@topology.command()
def make(
    communities: Annotated[int, typer.Option("--communities", min=2, max=200, metavar="N")] = 10,
    sources: Annotated[
        int, typer.Option("--sources", min=1, max=50, metavar="N", help="Image archives of each.")
    ] = 1,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Of the topology.")] = None,
    per_site: Annotated[
        bool, typer.Option("--per-site", help="A repository beside each archive, not one for all.")
    ] = False,
    listen: Annotated[
        str | None, typer.Option("--listen", metavar="HOST:PORT", help="Where all of them answer.")
    ] = None,
    apart: Annotated[
        bool, typer.Option("--apart", help="A port for each community, counted up, as `up --only` needs.")
    ] = False,
    root: Annotated[
        str | None, typer.Option("--root", metavar="OID", help="Below which all OIDs are.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="FILE", help="Write it there; without, it is printed.")
    ] = None,
) -> None:
    """Write the topology of a federation; the same options give the same file.

    Example: xdsi-sim topology make --communities 20 --sources 3 --to federation.yaml
    """
    from xdsi_sim.topology.checked import check as checked
    from xdsi_sim.topology.making import Plan, written
    from xdsi_sim.topology.model import Topology
    from xdsi_sim.topology.yaml import parse_yaml

    file = None if to is None else file_to_write("--to", to)
    given = {"name": name, "listen": None if listen is None else listen_option(listen), "root": _root(root)}
    plan = Plan(
        communities=communities,
        sources=sources,
        per_site=per_site,
        apart=apart,
        **{key: value for key, value in given.items() if value is not None},  # type: ignore[arg-type]
    )
    text = written(plan)
    try:
        document = parse_yaml(text, to or "topology make")
    except UsageError as error:  # it is sound YAML, but more of it than is ever read
        asked = f"--communities {communities} --sources {sources}"
        raise UsageError(f"{asked}: {error.message}.", hint="Make fewer of either.") from None
    checked(Topology, document)
    if file is None:
        print(text, end="")
    else:
        file.write_text(text, encoding="utf-8")


def _root(root: str | None) -> str | None:
    """What `--root` says; raises UsageError where no OIDs can be below it."""
    from xdsi_sim.ebrim.datatypes import OID
    from xdsi_sim.topology.making import LONGEST_ROOT

    if root is not None and not OID.fullmatch(root):
        raise UsageError(f"--root: '{root}' is not an OID, such as 2.999.1.10.")
    if root is not None and len(root) > LONGEST_ROOT:
        text = f"--root: '{root}' has more than {LONGEST_ROOT} characters: OIDs have 64 characters at most."
        raise UsageError(text)
    return root


# --- check -----------------------------------------------------------------------------------


def _checked(file: str, path: Path) -> dict[str, Any]:
    from xdsi_sim.topology.loader import load_topology

    try:
        found = load_topology(path)
    except UsageError as error:
        return {"file": file, "good": False, "error": str(error)}
    return {
        "file": file,
        "good": True,
        "name": found.name,
        "communities": len(found.communities),
        "actors": len(found.actors()),
    }


def _print_checked(told: list[dict[str, Any]]) -> None:
    from xdsi_sim.scenario.reports.wording import plural
    from xdsi_sim.visible import visible

    for each in told:
        if each["good"]:
            communities = plural(each["communities"], "community", "communities")
            actors = plural(each["actors"], "actor")
            print(visible(f"{each['file']}: good, {communities}, {actors}"))
        else:
            print(visible(each["error"]))  # it names the file and the place


# --- show ------------------------------------------------------------------------------------


def _shown(found: Topology) -> dict[str, Any]:
    from xdsi_sim.topology.ways import ways
    from xdsi_sim.topology.written import sessions_at, shown

    return {
        "topology": found.name,
        "title": found.title,
        "communities": [
            {
                "id": each.id,
                "title": each.title,
                "homeCommunityId": each.homeCommunityId,
                "patientAuthority": each.patientAuthority,
            }
            for each in found.communities
        ],
        "actors": [
            {
                "id": each.placed.actor.id,
                "community": each.placed.community.id,
                "role": each.placed.actor.role,
                "url": each.url,
                "oid": each.placed.actor.metadata_oid,
                "beside": each.beside,
            }
            for each in shown(found)
        ],
        "peers": [
            {
                "id": peer.id,
                "plays": peer.plays,
                "role": peer.role,
                "homeCommunityId": peer.homeCommunityId,
                "url": peer.url,
            }
            for peer in found.peers
        ],
        "viewer": found.viewer_at(found.listen),
        "sessions": {"mode": found.sessions, "at": list(sessions_at(found))},
        "ways": [asdict(way) for way in ways(found)],
    }


def _rows(actor: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    yield actor["id"], actor["community"], actor["role"], actor["url"] or "asks only", actor["oid"] or ""
    yield from (("", "", what, where, "") for what, where in actor["beside"].items())


def _print_shown(found: Topology) -> None:
    from xdsi_sim.scenario.printing import console, print_table

    shown, output = _shown(found), console()
    print_table(
        output,
        found.title or found.name,
        ("Community", "homeCommunityId", "Patient authority"),
        ((each["id"], each["homeCommunityId"], each["patientAuthority"]) for each in shown["communities"]),
    )
    print_table(
        output,
        "Actors",
        ("Actor", "Community", "Role", "Address", "OID"),
        (row for each in shown["actors"] for row in _rows(each)),
    )
    if shown["sessions"]["at"]:
        below = ", ".join(shown["sessions"]["at"])
        output.print(f"Sessions are {shown['sessions']['mode']}: the same actors once more below {below}")
    if shown["viewer"]:
        output.print(f"A viewer of the studies of all sources is at {shown['viewer']}")
    if shown["peers"]:
        print_table(
            output,
            "Peers",
            ("Peer", "Plays", "Role", "homeCommunityId", "Address"),
            (
                (each["id"], *(each[key] or "" for key in ("plays", "role", "homeCommunityId")), each["url"])
                for each in shown["peers"]
            ),
        )
    print_table(
        output,
        "Who calls whom",
        ("From", "To", "Transactions"),
        ((way["sender"], way["receiver"], ", ".join(way["transactions"])) for way in shown["ways"]),
    )
