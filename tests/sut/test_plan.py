from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from a_system import description, loaded

from xdsi_sim.errors import UsageError
from xdsi_sim.sut.plan import OURSELVES, plan_of

REGISTRY = "http://192.0.2.7/registry"


def test_without_a_system_all_suites_are_played_on_our_own_actors() -> None:
    plan = plan_of(None)
    assert plan.name == OURSELVES
    assert {"registry", "repository"} <= {suite.role for suite in plan.suites}
    tests = [test for suite in plan.suites for test in suite.tests]
    skipped = {test.id for test in tests if test.skipped is not None}
    assert skipped == {test.id for test in tests if "interactive" in test.loaded.scenario.tags}


def test_the_suites_are_those_of_the_roles_of_the_system(tmp_path: Path) -> None:
    plan = plan_of(loaded(tmp_path, description(registry=REGISTRY)))
    assert [suite.role for suite in plan.suites] == ["registry"]
    assert plan.title == "Acme XDS 4.2"


def test_options_that_are_not_claimed_are_skipped_with_a_word(tmp_path: Path) -> None:
    text = description(registry=REGISTRY, more="options: [patient-feed]\n")
    (suite,) = plan_of(loaded(tmp_path, text)).suites
    why = {test.skipped for test in suite.tests} - {None}
    assert why == {
        f"the option {option} is not claimed"
        for option in ("metadata-update", "remove-metadata", "on-demand", "multi-patient", "reference-id")
    }


SOURCE = "name: acme\nroles:\n  imaging-document-source: {url: 'http://192.0.2.7/a', oid: 2.999.42.20%s}\n"
CLAIMED = "options: [wado-rs, qido-rs, stow-rs, wado-uri]\n"


@pytest.mark.parametrize(
    ("keys", "played", "skipped"),
    [
        ("", [], {"dicomweb": ["IDS-01", "IDS-23", "IDS-36", "IDS-39"]}),
        (", studies: loaded", ["IDS-01"], {"dicomweb": ["IDS-23", "IDS-39"], "wado": ["IDS-36"]}),
        (", dicomweb: 'http://192.0.2.7/b'", ["IDS-01", "IDS-23", "IDS-39"], {"wado": ["IDS-36"]}),
        (", dicomweb: 'http://192.0.2.7/b', wado: 'http://192.0.2.7/c'", ["IDS-01", "IDS-23", "IDS-36"], {}),
    ],
)
def test_a_test_that_needs_an_address_is_skipped_where_the_file_tells_none(
    tmp_path: Path, keys: str, played: list[str], skipped: dict[str, list[str]]
) -> None:
    asked = [*played, *(id_ for ids in skipped.values() for id_ in ids)]
    (suite,) = plan_of(loaded(tmp_path, SOURCE % keys + CLAIMED), ids=asked).suites
    assert {test.id: test.skipped for test in suite.tests} == dict.fromkeys(played) | {
        id_: f"the file tells no '{key}' of the imaging-document-source"
        for key, ids in skipped.items()
        for id_ in ids
    }


def test_a_test_that_needs_more_patients_than_there_are_is_skipped(tmp_path: Path) -> None:
    text = description(registry=REGISTRY, more="patients: [A1]\n")
    (suite,) = plan_of(loaded(tmp_path, text), ids=["REG-17"]).suites
    assert [test.skipped for test in suite.tests] == ["it needs 2 patients, and the file names 1"]


def test_tests_are_chosen_by_tag_and_by_id(tmp_path: Path) -> None:
    system = loaded(tmp_path, description(registry=REGISTRY))
    (by_tag,) = plan_of(system, tags=["soap"]).suites
    assert {"soap"} == set.intersection(*(set(test.loaded.scenario.tags) for test in by_tag.tests)) & {"soap"}
    (by_id,) = plan_of(system, ids=["REG-02", "REG-01"]).suites
    assert [test.id for test in by_id.tests] == ["REG-01", "REG-02"]


def test_known_deviations_are_with_their_tests(tmp_path: Path) -> None:
    text = description(registry=REGISTRY, more="deviations: {REG-07: fixed in 4.3}\n")
    (suite,) = plan_of(loaded(tmp_path, text)).suites
    assert {test.id: test.known for test in suite.tests if test.known} == {"REG-07": "fixed in 4.3"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"roles": ["registri"]}, "no suite for a role 'registri'. Did you mean 'registry'"),
        ({"roles": ["repository"]}, "the system plays no repository"),
        ({"tags": ["saop"]}, "no test has the tag 'saop'. Did you mean 'soap'"),
        ({"ids": ["REG-1"]}, "there is no test 'REG-1'. Did you mean"),
    ],
)
def test_what_is_asked_for_and_not_there_is_told(
    tmp_path: Path, asked: dict[str, Sequence[str]], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        plan_of(loaded(tmp_path, description(registry=REGISTRY)), **asked)
    assert said in str(caught.value)
