from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import provide, response_of
from a_domain import topology as a_topology
from submissions import a_provision, an_entry

from xdsi_sim.ebrim.model import InternationalString
from xdsi_sim.errors import Severity, UsageError
from xdsi_sim.messages.response import status_name
from xdsi_sim.rules.registry import Profile
from xdsi_sim.topology.build import start
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.rules import read_profile
from xdsi_sim.topology.yaml import parse_yaml

TEXT = """\
name: small
communities:
  - id: national
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    rules: {}
    registry: {{id: registry}}
"""


def rules(text: str) -> Profile:
    return check(Topology, parse_yaml(TEXT.format(text), "t.yaml")).communities[0].rules


def test_a_rule_is_error_warning_or_off() -> None:
    assert rules("{C15: error, D36: warning, G10: off}") == {
        "C15": Severity.ERROR,
        "D36": Severity.WARNING,
        "G10": None,
    }
    assert rules("{}") == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{D99: off}", "t.yaml:6:13: no rule of submissions is 'D99'. Did you mean 'D39'?"),
        ("{I16: off}", "t.yaml:6:13: no rule of submissions is 'I16'."),
        ("{d36: off}", "t.yaml:6:13: no rule of submissions is 'd36'. Did you mean 'D36'?"),
        ("{C15: off, C04: off}", "t.yaml:6:23: rule C04 holds as it is: A submission has exactly one"),
        ("{D16: warning}", "t.yaml:6:13: rule D16 holds as it is"),
        ("{C15: none}", "t.yaml:6:18: 'none' is not error, warning or off"),
        ("C15", "t.yaml:6:12: expected ids of rules, each with error, warning or off"),
    ],
)
def test_what_cannot_be_set_is_told_with_its_place(text: str, wrong: str) -> None:
    with pytest.raises(UsageError) as raised:
        rules(text)
    assert str(raised.value).startswith(wrong)


@pytest.mark.parametrize(
    ("profile", "status", "told"),
    [
        ({}, "Failure", {"D36"}),
        ({"D36": "warning"}, "Success", {"D36", "G10"}),
        ({"D36": "off", "G10": "off"}, "Success", set()),
        ({"D36": "off", "G10": "error"}, "Failure", {"G10"}),
    ],
)
def test_the_actors_of_a_community_judge_by_its_rules(
    tmp_path: Path, profile: dict[str, str], status: str, told: set[str]
) -> None:
    entry = an_entry(
        hash=None, size=None, mimeType="application/pdf", title=InternationalString.of("x" * 200)
    )
    domain = a_topology()
    community = domain.communities[0].model_copy(update={"rules": read_profile(profile)})
    domain = domain.model_copy(update={"communities": (community,)})
    with start(domain, tmp_path, Listen("127.0.0.1", 0)) as running:
        response = response_of(provide(running.url_of("repository"), a_provision(entries=(entry,))))
    assert status_name(response.status) == status
    rules_told = {error.codeContext[-3:] for error in response.errors}
    assert rules_told == told or (status == "Failure" and told <= rules_told)


@pytest.mark.parametrize(
    ("takes", "told"),
    [
        ({}, set()),
        ({"sources": ("2.999.20.10",), "repositories": ()}, set()),
        ({"sources": ()}, {"F18"}),
    ],
)
def test_a_registry_knows_whom_it_takes_from(tmp_path: Path, takes: object, told: set[str]) -> None:
    with start(a_topology(takesFrom=takes), tmp_path, Listen("127.0.0.1", 0)) as running:
        response = response_of(provide(running.url_of("repository"), a_provision()))
    assert status_name(response.status) == "Success"
    assert {error.codeContext[-3:] for error in response.errors} == told
