"""`xdsi-sim codes`: the codes that an affinity domain takes, and saved submissions held against them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xdsi_sim.cli.conventions import FINDINGS, GOOD
from xdsi_sim.cli.options import JsonOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xdsi_sim.inspector.saved_codes import Stray
    from xdsi_sim.rules.code_sets import AllowedCode, CodeSets
    from xdsi_sim.topology.codes.settings import CodeSettings

__all__ = ["codes"]

codes = typer.Typer(
    name="codes",
    help="The codes that an affinity domain takes, and whether a submission has others.\n\n"
    "Example: xdsi-sim codes list --codes imaging",
    no_args_is_help=True,
)

CodesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--codes",
        metavar="FILE",
        help="A table in YAML, codes.xml, or ATTRIBUTE=FILE.json of FHIR; may be repeated.",
    ),
]


@codes.command("list")
def list_(
    topology: Annotated[
        str | None, typer.Argument(metavar="TOPOLOGY", help="A YAML file, or the name of one that ships.")
    ] = None,
    attribute: Annotated[
        str | None, typer.Option("--attribute", metavar="NAME", help="Of this attribute alone: classCode.")
    ] = None,
    files: CodesOption = None,
    json_: JsonOption = False,
) -> None:
    """List the codes that the communities of a topology take, or those of files.

    Coding schemes are shown in the form in which they are compared, the bare OID.

    Example: xdsi-sim codes list --codes imaging --attribute classCode
    """
    from xdsi_sim.rules.code_sets import CODED, PLAIN
    from xdsi_sim.topology.checked import did_you_mean

    known = (*CODED, *PLAIN)
    if attribute is not None and attribute not in known:
        raise UsageError(
            f"--attribute: unknown attribute '{attribute}'.", hint=did_you_mean(attribute, known)
        )
    domains = _domains(topology if topology or files else "central", files)
    if json_:
        print(json.dumps({"domains": [_shown(domain, attribute) for domain in domains]}))
    else:
        _print_domains(domains, attribute)


@codes.command()
def check(
    messages: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="A SubmitObjectsRequest: alone, in an envelope, or as captured from HTTP."
        ),
    ],
    files: CodesOption = None,
    topology: Annotated[
        str | None,
        typer.Option("--topology", metavar="FILE", help="Against the codes of its community."),
    ] = None,
    community: Annotated[
        str | None,
        typer.Option("--community", metavar="ID", help="Which of them, where several have codes."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Tell the codes of saved submissions that an affinity domain does not take, each with its line.

    Example: xdsi-sim codes check submission.xml --codes codes.xml
    """
    sets = _one_of(_domains(topology, files), community)
    from xdsi_sim.inspector.saved_codes import strays_of_file

    found = {message: strays_of_file(Path(message), sets) for message in messages}
    if json_:
        told = [{"file": file, "findings": list(map(asdict, them))} for file, them in found.items()]
        print(json.dumps({"files": told}))
    else:
        _print_strays(found)
    raise typer.Exit(FINDINGS if any(found.values()) else GOOD)


# --- from arguments to sets ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Domain:
    """A community, or files that were named, and the codes taken there."""

    name: str
    check: str | None
    """What the topology says; None where it says nothing of codes."""
    sets: CodeSets | None

    @classmethod
    def of(cls, name: str, settings: CodeSettings | None) -> _Domain:
        """With its sets read, also where they are `off`."""
        from xdsi_sim.topology.codes.loader import code_sets

        if settings is None:
            return cls(name, None, None)
        return cls(name, settings.check, code_sets(settings.looked_at()))

    def codes(self, attribute: str | None) -> tuple[AllowedCode, ...]:
        """Of one attribute or of all; none where any will do."""
        return () if self.sets is None else self.sets.codes(attribute)


def _domains(topology: str | None, files: Sequence[str] | None) -> list[_Domain]:
    from xdsi_sim.topology.loader import find_topology, load_topology

    if bool(topology) == bool(files):
        raise UsageError("whose codes?", hint="Name a topology, or files by --codes.")
    if files:
        return [_Domain.of("files", _settings(files))]
    communities = load_topology(find_topology(topology or "")).communities
    return [_Domain.of(community.id, community.codes) for community in communities]


def _settings(files: Sequence[str]) -> CodeSettings:
    """What a topology would say, of `FILE` and `ATTRIBUTE=FILE`."""
    from pydantic import ValidationError

    from xdsi_sim.topology.codes.settings import CodeSettings

    tables: list[str] = []
    sets: dict[str, list[str]] = {}
    for file in files:
        attribute, _, of_fhir = file.partition("=")
        if of_fhir and attribute.isalpha():  # else a path with such a sign in it
            sets.setdefault(attribute, []).append(of_fhir)
        else:
            tables.append(file)
    try:
        return CodeSettings.model_validate({"files": tables, "valueSets": sets}).beside(Path())
    except ValidationError as error:
        context = error.errors()[0].get("ctx", {})
        raise UsageError(f"--codes: {context.get('text', error)}.", hint=context.get("hint")) from None


def _one_of(domains: Sequence[_Domain], community: str | None) -> CodeSets:
    """The sets of the community that is meant; raises UsageError where that is not one that has some."""
    from xdsi_sim.topology.checked import did_you_mean

    having = {domain.name: domain.sets for domain in domains if domain.sets is not None}
    if community is not None and community not in having:
        raise UsageError(
            f"--community: '{community}' has no codes here.", hint=did_you_mean(community, having)
        )
    if not having:
        raise UsageError("no community of this topology has 'codes'.")
    if community is None and len(having) > 1:
        raise UsageError(f"{len(having)} communities have codes.", hint="Name one by --community.")
    return having[community or next(iter(having))]


# --- what is shown ---------------------------------------------------------------------------


def _shown(domain: _Domain, attribute: str | None) -> dict[str, Any]:
    attributes: dict[str, list[dict[str, str | None]]] = {}
    for one in domain.codes(attribute):
        shown = {"code": one.code, "codingScheme": one.codingScheme or None, "display": one.display}
        attributes.setdefault(one.attribute, []).append(shown)
    return {"domain": domain.name, "check": domain.check, "attributes": attributes}


def _print_domains(domains: Sequence[_Domain], attribute: str | None) -> None:
    from xdsi_sim.scenario.printing import console, print_table

    for domain in domains:
        rows = [
            (one.attribute, one.code, one.codingScheme, one.display or "") for one in domain.codes(attribute)
        ]
        title = f"Codes of {domain.name} ({domain.check})"
        if rows:
            print_table(console(), title, ("Attribute", "Code", "Coding scheme", "Display"), rows)
        else:
            console().print(f"{domain.name}: {attribute or 'every attribute'} takes any code.", markup=False)


def _print_strays(found: Mapping[str, Sequence[Stray]]) -> None:
    from xdsi_sim.visible import visible

    for file, them in found.items():
        for stray in them:
            place = ":".join(str(part) for part in (file, stray.line) if part is not None)
            value = "" if stray.value is None else f": {stray.value!r}"
            about = f" at {stray.object}" if stray.object else ""
            print(visible(f"{place}: {stray.rule} {stray.severity}{about}: {stray.text}{value}"))
    number = sum(map(len, found.values()))
    print(f"{_counted(number, 'finding')} in {_counted(len(found), 'file')}")


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
