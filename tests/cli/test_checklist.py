from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xdsi_sim.checklist.answers import read_answers
from xdsi_sim.checklist.rows import ROWS
from xdsi_sim.cli.checklist import checklist
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen

FREE = ("--listen", "127.0.0.1:0")


def told(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(checklist, list(words))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_the_rows_are_printed_whole_or_by_set() -> None:
    code, output = told()
    assert code == 0
    assert [id_ for id_ in ROWS if f" {id_} " not in output] == []
    code, output = told("--set", "q", "--set", "T")
    assert (code, "Q-01" in output, "T-04" in output, "K-01" in output) == (0, True, True, False)


def test_programs_get_the_rows_with_their_checks() -> None:
    rows = {row["id"]: row for row in json.loads(told("--json")[1])["rows"]}
    assert len(rows) == len(ROWS)
    assert rows["K-01"]["automatic"] is True
    assert rows["K-01"]["cites"] == "PS3.3: A.35.4"
    assert (rows["S-08"]["architectures"], rows["S-11"]["stack"]) == (["C"], "mhd")
    assert sum(row["automatic"] for row in rows.values()) >= 55


def test_a_file_of_answers_can_be_filled_in(tmp_path: Path) -> None:
    code, output = told("answers", "--jurisdiction", "Utopia: the north")
    assert code == 0
    path = tmp_path / "utopia.yaml"
    path.write_text(output.replace("  # S-15: {", "  S-15: {"), encoding="utf-8")
    (answers,) = read_answers((path,))
    assert answers.jurisdiction == "Utopia: the north"
    assert answers.answers["S-15"].answer == "yes"


def test_gaps_are_exit_code_1_and_told(tmp_path: Path) -> None:
    utopia = tmp_path / "utopia.yaml"
    utopia.write_text("jurisdiction: Utopia\nanswers: {S-15: yes}\n", encoding="utf-8")
    arcadia = tmp_path / "arcadia.yaml"
    arcadia.write_text("jurisdiction: Arcadia\nanswers: {S-15: no}\n", encoding="utf-8")
    given = ("--answers", str(utopia), "--answers", str(arcadia), "--reports", str(tmp_path / "gaps"))
    code, output = told("run", "central", *FREE, *given)
    assert code == 1
    assert "Where Central registry, distributed image archives falls short" in output
    assert "113030 Manifest" in output
    assert "Utopia: 80 rows are gaps or not answered" in output
    assert (tmp_path / "gaps" / "gaps.html").is_file()


def test_without_gaps_in_the_sets_that_are_asked_for_it_is_exit_code_0() -> None:
    code, output = told(
        "run", "federated-2", *FREE, "--manifest", "mado", "--set", "D", "--set", "M", "--json"
    )
    report = json.loads(output)
    assert (code, report["failed"], report["architecture"]) == (0, False, "B")
    assert {row["set"] for row in report["rows"]} == {"D", "M"}


@pytest.mark.parametrize(
    ("words", "told_"),
    [
        (("--set", "X"), "--set: 'X' is no set. Known: S, M, K, T, Q, D."),
        (("run", "centrall"), "Did you mean 'central'?"),
        (("run", "central", "--architecture", "D"), "--architecture: 'D' is none of A, B, C, mixed."),
        (("run", "central", "--patient", "P1"), "--patient: 'P1' is not id^^^&OID&ISO."),
        (("run", "central", "--reports", ""), "--reports: '' is no name of a folder."),
        (("run", "central", "--viewer", "nowhere"), "--viewer: there is no folder nowhere"),
        (("run", "point-to-point"), "nobody to ask with"),
        (("run", "central", "--answers", "gone.yaml"), "gone.yaml"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_starts(words: tuple[str, ...], told_: str) -> None:
    with pytest.raises((UsageError, OSError)) as caught:
        told(*words)
    assert told_ in str(caught.value)


SYSTEM = """\
name: acme
listen: 127.0.0.1:0
patientAuthority: 2.999.42.2
roles:
  registry: {url: "%s"}
  repository: {url: "%s", repositoryUniqueId: 2.999.240.3}
"""


def test_a_system_under_test_is_surveyed_among_actors_of_ours(tmp_path: Path) -> None:
    tested = load_topology(find_topology("tested"))
    (community,) = tested.communities
    registry = community.registry.model_copy(update={"patients": "fed-only"})
    own = {
        "patientAuthority": "2.999.42.2",
        "registry": registry,
    }  # of the product, which only takes whom it knows
    theirs = tested.model_copy(update={"communities": (community.model_copy(update=own),)})
    file = tmp_path / "sut.yaml"
    with start(theirs, listen=Listen("127.0.0.1", 0)) as acme:
        file.write_text(SYSTEM % (acme.url_of("registry"), acme.url_of("repository")), encoding="utf-8")
        chosen = ("--manifest", "mado", "--set", "M", "--set", "D", "--json")
        again, _ = told("run", str(file), *chosen)  # it keeps what a former survey has published to it
        code, output = told("run", str(file), *chosen)
        heard = {exchange.transaction for exchange in acme.exchanges()}
    report = json.loads(output)
    assert again == 0
    assert (code, report["failed"], report["architecture"]) == (0, False, "A")
    assert {"ITI-18", "ITI-42", "ITI-43", "ITI-44"} <= heard
    assert sum(row["result"] == "pass" for row in report["rows"]) > 30


def test_what_is_wrong_in_its_description_is_told(tmp_path: Path) -> None:
    file = tmp_path / "sut.yaml"
    file.write_text("name: acme\nroles: {registri: {url: x}}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"sut\.yaml:2:9: unknown key 'registri'. Did you mean 'registry'?"):
        told("run", str(file))
