from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import HEAD, write

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import find_scenario, load_scenario


def test_a_scenario_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    path = write(tmp_path, "  - {name: a, load: {source: pacs-north, samples: [ct-head]}}\n")
    assert find_scenario("central").is_file()
    assert find_scenario(str(path)) == path
    with pytest.raises(UsageError, match=r"no scenario 'centrall'.*Did you mean 'central'"):
        find_scenario("centrall")
    with pytest.raises(UsageError, match="no such file"):
        find_scenario("gone.yaml")


def test_a_scenario_is_loaded_with_its_topology(tmp_path: Path) -> None:
    loaded = load_scenario(write(tmp_path, "  - {name: a, load: {source: pacs-north, samples: [ct-head]}}\n"))
    assert (loaded.scenario.name, loaded.topology.name, loaded.folder) == ("trial", "central", tmp_path)
    assert loaded.scenario.steps[0].kind.key == "load"


@pytest.mark.parametrize(
    ("steps", "line", "words"),
    [
        ("  - {name: a, lod: {}}\n", 5, "unknown key 'lod'. Did you mean 'load'"),
        ("  - {name: a}\n", 5, "the step does nothing"),
        (
            "  - {name: a, load: {source: pacs-north, samples: [ct-head]}, compare: {images: 1, to: 1}}\n",
            5,
            "does one thing",
        ),
        (
            "  - {name: a, load: {source: pacs-nort, samples: [ct-head]}}\n",
            5,
            "unknown actor 'pacs-nort'. Did you mean",
        ),
        (
            "  - {name: a, load: {source: registry, samples: [ct-head]}}\n",
            5,
            "'registry' has the role Document Registry, not Imaging Document Source",
        ),
        (
            "  - {name: a, load: {source: pacs-north, samples: [ct-hed]}}\n",
            5,
            "no sample study 'ct-hed'.*ct-head",
        ),
        ("  - {name: a, load: {source: pacs-north, paths: [gone]}}\n", 5, "no such file or folder: gone"),
        (
            "  - {name: a, stop: {actors: [registry, registri]}}\n",
            5,
            "unknown actor 'registri'. Did you mean",
        ),
        (
            "  - {name: a, stop: {actors: [workstation]}}\n",
            5,
            "has the role Imaging Document Consumer, not one with an address",
        ),
        (
            "  - {name: a, query: {consumer: workstation, through: registry, query: GetAll}}\n",
            5,
            "'registry' has the role Document Registry, not Initiating Gateway",
        ),
        ("  - {name: a, compare: {images: '${x.y}', to: 1}}\n", 5, "nothing is saved as 'x'"),
        ("  - {name: a, compare: {images: '${x.}', to: 1}}\n", 5, "is not a reference"),
        ("  - {name: a, compare: {images: '${x', to: 1}}\n", 5, "is never closed"),
        ("  - {name: a, publish: {source: pacs-north, studies: al}}\n", 5, "expected 'all' or a list"),
        ("  - {name: a, publish: {source: pacs-north, studies: {a: b}}}\n", 5, "expected 'all' or a list"),
        (
            "  - {name: a, load: {source: pacs-north, samples: [ct-head]}, expect: {status: Success}}\n",
            5,
            "gets no SOAP answer",
        ),
        (
            "  - {name: a, load: {source: pacs-north, samples: [ct-head]}, expect: {count: {at-last: 1}}}\n",
            5,
            "Did you mean 'at-least'",
        ),
        (
            "  - {name: a, load: {source: pacs-north, samples: [ct-head]}, save: actors}\n",
            5,
            "taken by xdsi-sim",
        ),
        ("  - name: a\n    load: [\n", 7, "line|expected|parsing|found|end"),
        ("  []\n", 5, "a scenario has at least one step"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, steps: str, line: int, words: str) -> None:
    path = write(tmp_path, steps)
    with pytest.raises(UsageError, match=words) as wrong:
        load_scenario(path)
    assert wrong.value.line in (line, line - 1)
    assert str(wrong.value).startswith(f"{path}:")


def test_a_variable_may_refer_to_those_before_it_alone(tmp_path: Path) -> None:
    steps = "  - {name: a, load: {source: pacs-north, samples: [ct-head]}}\n"
    good = "variables: {a: x, b: 'urn:${a}:${actors.registry.url}'}\nsteps:"
    assert load_scenario(write(tmp_path, steps, HEAD.replace("steps:", good))).scenario.variables["a"] == "x"
    bad = "variables:\n  b: '${a}'\n  a: x\nsteps:"
    with pytest.raises(UsageError, match="5:6: nothing is saved as 'a' before"):
        load_scenario(write(tmp_path, steps, HEAD.replace("steps:", bad)))


def test_an_unknown_topology_is_told_at_its_key(tmp_path: Path) -> None:
    path = write(
        tmp_path, "  - {name: a, load: {source: s, samples: [ct-head]}}\n", HEAD.replace("central", "centrl")
    )
    with pytest.raises(UsageError, match="no topology 'centrl'") as wrong:
        load_scenario(path)
    assert wrong.value.line == 3


def test_a_topology_that_is_a_folder_is_told_at_its_key(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    head = HEAD.replace("central", str(tmp_path / "folder.yaml"))
    with pytest.raises(UsageError, match=r":3:11: .*folder\.yaml: this is a folder"):
        load_scenario(write(tmp_path, "  - {name: a, load: {source: s, samples: [ct-head]}}\n", head))


def test_files_of_an_inline_topology_are_beside_the_scenario(tmp_path: Path) -> None:
    community = "{id: c, homeCommunityId: urn:oid:2.999.1, patientAuthority: 2.999.1.1, registry: {id: r}}"
    inline = f"{{name: t, communities: [{community}], tls: {{authority: no.pem}}}}"
    steps = "  - {name: a, patient: {registry: r, add: P1}}\n"
    with pytest.raises(UsageError, match=rf":3:\d{{3}}: {tmp_path}/no\.pem: cannot be read"):
        load_scenario(write(tmp_path, steps, HEAD.replace("central", inline)))


def test_a_test_of_a_suite_is_found_by_its_id() -> None:
    assert find_scenario("REG-01").name.startswith("REG-01-")
    with pytest.raises(UsageError, match="no scenario 'REG-999' ships"):
        find_scenario("REG-999")
