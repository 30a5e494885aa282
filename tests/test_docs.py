"""What the documentation says is so: commands exist, options exist, citations can be looked up."""

from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from a_viewer import a_viewer

from xdsi_sim.rules import code_sets
from xdsi_sim.scenario.language import Scenario
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.matchers import OPERATORS
from xdsi_sim.sut.loader import load_system
from xdsi_sim.sut.model import ROLES, SystemUnderTest
from xdsi_sim.sut.options import OPTIONS
from xdsi_sim.sut.results import Outcome
from xdsi_sim.topology.checked import Checked
from xdsi_sim.topology.codes.table import read_code_table
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.tls import TlsSettings
from xdsi_sim.vocab import FHIR_SYSTEMS

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

TOPOLOGY = re.compile(r"^```yaml\n(name: (?:(?!^steps:|^```).)*?)^```", re.MULTILINE | re.DOTALL)
SCENARIO = re.compile(r"^```yaml\n(name: (?:(?!^```).)*?^steps:.*?)^```", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:make|xdsi-sim)(?: [^`]+)?)`")
LINK = re.compile(r"\]\((?!https?://)([^)#]+)\)")

GROUPS = (["tls"], ["topology"], ["faults"], ["session"], ["sut"])  # commands that hold commands
CLI = "from xdsi_sim.cli import main; main()"
PLAIN = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", "PYTHONPATH": str(ROOT)}
for inherited in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    PLAIN.pop(inherited, None)  # of the `make test` that runs us


def commands(page: Path) -> Iterator[str]:
    """Every command of the page, from its code blocks and inside its sentences."""
    text = page.read_text(encoding="utf-8")
    for block in BLOCK.findall(text):
        yield from (line.split("  #")[0].strip() for line in block.replace("\\\n", " ").splitlines() if line)
    yield from INLINE.findall(BLOCK.sub("", text))


COMMANDS = sorted({command for page in PAGES for command in commands(page)})


def starting_with(word: str) -> list[str]:
    return [command for command in COMMANDS if shlex.split(command)[0] == word]


@functools.cache  # pages name the same command many times
def output_of(*command: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=PLAIN, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{shlex.join(command)}: {done.stderr or done.stdout}"
    return done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_one_that_we_check(command: str) -> None:
    assert shlex.split(command)[0] in ("make", "npm", "tar", "xdsi-sim", ".venv/bin/python"), (
        "teach this file how to check it"
    )


@pytest.mark.parametrize("command", starting_with("npm"))
def test_package_of_npm_is_one_that_the_tests_install(command: str) -> None:
    installed = (ROOT / "tests" / "interop" / "install.sh").read_text(encoding="utf-8")
    assert f"{' '.join(command.split()[:2])} " in installed
    assert shlex.split(command)[-1] in installed


@pytest.mark.parametrize("command", starting_with("make"))
def test_verb_of_make_exists(command: str) -> None:
    assert output_of("make", "--dry-run", "--always-make", *shlex.split(command)[1:])


@pytest.mark.parametrize("command", starting_with(".venv/bin/python"))
def test_pytest_is_run_on_a_folder_that_is_there(command: str) -> None:
    words = shlex.split(command)
    assert words[1:3] == ["-m", "pytest"]
    assert (ROOT / words[3]).is_dir()  # tests/testing/test_plugin.py runs it


@pytest.mark.parametrize("command", starting_with("xdsi-sim"))
def test_subcommand_and_its_options_exist(command: str) -> None:
    words = [word.strip("[].") for word in shlex.split(command)[1:]]
    depth = 2 if words[:1] in GROUPS else 1
    subcommand = [word for word in words[:depth] if not word.startswith("-")]
    told = output_of(sys.executable, "-c", CLI, *subcommand, "--help")
    if words[1:] and re.search(rf"^\W*\b{re.escape(words[1])} ", told, re.MULTILINE):  # a command of its own
        told = output_of(sys.executable, "-c", CLI, *words[:2], "--help")
    assert [word for word in words if word.startswith("--") and word not in told] == []


def test_every_verb_of_make_is_listed() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony
    listed = [line.split()[1] for line in output_of("make").splitlines() if line.startswith("  make ")]
    assert sorted(listed) == sorted(phony[1].split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(
    "text", [text for page in PAGES for text in TOPOLOGY.findall(page.read_text("utf-8"))]
)
def test_topology_in_the_manual_can_be_loaded(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    a_viewer(tmp_path / "ohif")  # a file that a topology names has to be there
    topology = load_topology(tmp_path / "mine.yaml")
    assert topology.actors()


def models(root: type[Checked]) -> set[type[Checked]]:
    """A model and those that its fields lead to."""
    found: set[type[Checked]] = set()
    pending: list[object] = [root]
    while pending:
        each = pending.pop()
        if isinstance(each, type) and issubclass(each, Checked) and each not in found:
            found.add(each)
            pending += [field.annotation for field in each.model_fields.values()]
        pending += get_args(each)
    return found


def keys(root: type[Checked]) -> set[str]:
    """Every key that a file of this model can have."""
    return {field.alias or name for model in models(root) for name, field in model.model_fields.items()}


@pytest.mark.parametrize("key", sorted(keys(Topology)))
def test_key_of_a_topology_is_in_the_manual(key: str) -> None:
    assert f"`{key}`" in (ROOT / "docs" / "topology.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", sorted((keys(Scenario) - keys(Topology)) | set(OPERATORS)))
def test_key_of_a_scenario_is_in_the_manual(key: str) -> None:
    assert f"`{key}`" in (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "word",
    sorted(
        (keys(SystemUnderTest) - keys(TlsSettings)) | {*ROLES, *OPTIONS, *(each.value for each in Outcome)}
    ),
)
def test_word_of_a_system_under_test_is_in_the_manual(word: str) -> None:
    assert f"`{word}`" in (ROOT / "docs" / "sut.md").read_text(encoding="utf-8")


def test_system_under_test_in_the_manual_can_be_loaded(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "sut.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```yaml\n(# sut.yaml\n.*?)^```", text, re.MULTILINE | re.DOTALL)
    roles = []
    for example in examples:
        (tmp_path / "sut.yaml").write_text(example, encoding="utf-8")
        roles.append([name for name, _ in load_system(tmp_path / "sut.yaml").system.roles.given()])
    assert roles[0] == ["registry", "repository"]


def test_code_sets_in_the_manual_are_those_that_are_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `(http[^`]+)` \| ([\d.]+) \|$", text, re.MULTILINE)) == FHIR_SYSTEMS
    assert [name for name in (*code_sets.CODED, *code_sets.PLAIN) if f"`{name}`" not in text] == []
    (table,) = re.findall(r"^```yaml\n(title: .*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "codes.yaml").write_text(table, encoding="utf-8")
    assert len(list(read_code_table(tmp_path / "codes.yaml"))) == 8


def test_scenario_in_the_manual_can_be_loaded(tmp_path: Path) -> None:
    texts = SCENARIO.findall((ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8"))
    assert texts
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        load_scenario(path)


# --- citations -------------------------------------------------------------------------------

CITED_FROM = (("xdsi_sim", "*.py"), ("scenarios", "*.yaml"), ("wsdl", "*.wsdl"), ("wsdl", "*.xsd"))

# Anything that looks like the name of a volume, in whatever spelling; "RFC5646" in quotes is a coding scheme.
MENTION = re.compile(
    r"\b(?:(?:ITI|RAD)[ -]+)?TF\b(?:[ -]?\d\w*)?"
    r"|\b(?:RAD MADO|ITI (?:MHD|MU|RM[UD]))\b|\bPS ?3\.\d+|(?<!\")\bRFC[ -]?\d+"
    r"|\beb(?:RIM|RS) 3\.0|\b(?:XOP|MTOM) 1\.0"
    r"|\bSOAP 1\.2,? Part \d|\bWS-Addressing 1\.0,? (?:Core|SOAP Binding)"
)
SECTION = (
    r"(?:Table [A-Z\d][\w.]*(?:-\d+)?|(?:Appendix|Annex) [A-Z]{1,2}(?:\.\d+)*|[TC]ID \d+"
    r"|[A-Z]{1,2}(?:\.\d+)*\b|\d+(?:\.\d+)*)"
)
SECTIONS = re.compile(rf": {SECTION}(?:, {SECTION})*")
A_SECTION_FOLLOWS = re.compile(
    r"\s*[,;:]?\s*(?:§|(?i:section|sec\.|chapter|clause|table|annex|appendix)|[TC]ID|[A-Z]?\d)"
)


@functools.cache
def volumes() -> set[str]:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def wrong_citations(text: str) -> list[str]:
    """Lines that name an unknown volume, or a section of a known one in another form than ours."""
    known = volumes()
    return [
        f"line {text.count(chr(10), 0, mention.start()) + 1}: {text[mention.start() : mention.end() + 20]!r}"
        for mention in MENTION.finditer(text)
        if mention[0] not in known
        or (not SECTIONS.match(text, mention.end()) and A_SECTION_FOLLOWS.match(text, mention.end()))
    ]


def citing_files() -> list[str]:
    paths = (path for folder, pattern in CITED_FROM for path in (ROOT / folder).rglob(pattern))
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


@pytest.mark.parametrize("file", citing_files())
def test_citations_have_one_form_and_a_pinned_volume(file: str) -> None:
    assert wrong_citations((ROOT / file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "(ITI TF-3: 4.2.3.2.12).",
        "ITI TF-3: 4.2.3.2.2, 4.2.5.2",
        "ITI TF-3: Table 4.2.3.2-1",
        "ITI TF-2: Appendix V.2.4",
        "RAD TF: 4.69",
        "DICOM PS3.3: A.35.4, C.17.6",
        "PS3.16: TID 2010",
        "as RFC 2387 asks, two parts",
        "WS-Addressing 1.0 SOAP Binding: 6.4.1.3",
    ],
)
def test_citation_in_our_form_is_accepted(text: str) -> None:
    assert wrong_citations(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "ITI TF-3 4.2.3.2.12",
        "ITI TF-3, section 4.2",
        "ITI TF-2b: 3.18",
        "TF-3: 4.2",
        "RAD TF-2: 4.69",
        "RAD TF: section 4.69",
        "PS 3.18: 10.4",
        "PS3.18 §10.4",
        "PS3.99: 1",
        "RFC2387: 3.1",
        "WS-Addressing 1.0 SOAP Binding, 6.4.1.3",
    ],
)
def test_citation_in_another_form_is_found(text: str) -> None:
    assert len(wrong_citations(text)) == 1


SHIPPED = re.search(
    r"^## Those that ship\n(.*?)^## ",
    (ROOT / "docs/scenarios.md").read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.parametrize("name", [path.stem for path in sorted((ROOT / "scenarios").glob("*.yaml"))])
def test_scenario_that_ships_is_in_the_manual(name: str) -> None:
    assert SHIPPED is not None
    sister = f"`-{name.rpartition('-')[2]}`"
    listed = [row for row in SHIPPED[1].splitlines() if f"`{name}`" in row or sister in row]
    assert listed, f"{name} is not in the table of docs/scenarios.md"
