from __future__ import annotations

from xdsi_sim.messages.query_terms import Coding, Param
from xdsi_sim.messages.stored_queries import STORED_QUERIES


def test_numbers_are_times_and_levels() -> None:
    assert {coding for coding in Coding if coding.is_number} == {Coding.TIME, Coding.LEVEL}


def test_a_step_comes_after_those_that_lead_to_it() -> None:
    for query in STORED_QUERIES.values():
        known: list[str] = []
        for step in query.steps:
            assert {name for link in step.links for name in link.steps} <= {*known}, (query.name, step.name)
            known.append(step.name)
        assert len(known) == len(set(known))


def test_a_query_knows_its_parameters_by_name_and_is_told_by_its_id() -> None:
    for query in STORED_QUERIES.values():
        assert tuple(query.by_name.values()) == query.params
        assert hash(query) == hash(query.id)
    assert not Param(name="$x", attribute=None).required
