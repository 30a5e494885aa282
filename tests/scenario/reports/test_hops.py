from __future__ import annotations

from collections.abc import Callable

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange
from xdsi_sim.scenario.record import RunRecord, StepRecord
from xdsi_sim.scenario.reports.hops import Hop, folded, groups_of, nested, step_numbers, walk

Build = Callable[..., Exchange]


def numbered(*exchanges: Exchange) -> list[tuple[int, Exchange]]:
    return list(enumerate(exchanges, start=1))


def shape(hops: tuple[Hop, ...]) -> list[object]:
    return [[hop.number, shape(hop.children)] if hop.children else hop.number for hop in hops]


def test_hop_made_while_answering_another_is_nested_in_it(an_exchange: Build) -> None:
    outer = an_exchange("pacs", "repository", conversation="c", started=1.0, duration=1.0)
    inner = an_exchange("repository", "registry", conversation="c", started=1.2, duration=0.5)
    after = an_exchange("repository", "registry", conversation="c", started=3.0, duration=0.5)
    assert shape(nested(numbered(outer, inner, after))) == [[1, [2]], 3]


def test_hops_of_another_conversation_are_not_nested(an_exchange: Build) -> None:
    outer = an_exchange("pacs", "repository", conversation="c", started=1.0, duration=1.0)
    other = an_exchange("repository", "registry", conversation="d", started=1.2, duration=0.5)
    assert shape(nested(numbered(outer, other))) == [1, 2]


def test_parallel_hops_of_one_gateway_are_siblings(an_exchange: Build) -> None:
    outer = an_exchange("consumer", "ig", conversation="c", started=1.0, duration=2.0)
    members = [
        an_exchange("ig", f"rg{n}", conversation="c", started=1.1 + n / 100, duration=1.0) for n in range(3)
    ]
    assert shape(nested(numbered(outer, *members))) == [[1, [2, 3, 4]]]


def test_hop_belongs_to_the_step_that_owns_its_conversation(
    an_exchange: Build, a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    named = an_exchange(conversation="c")
    caused = an_exchange(conversation="c")
    stray = an_exchange()
    record = a_record(a_step("first"), a_step("second", named), exchanges=(named, caused, stray))
    assert step_numbers(record) == (2, 2, None)


def test_hops_of_no_step_stand_where_they_happened(
    an_exchange: Build, a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    early, first, between, second = (an_exchange(started=float(moment)) for moment in (1, 2, 3, 4))
    record = a_record(a_step("a", first), a_step("b", second), exchanges=(early, first, between, second))
    assert [(group.step, shape(group.hops)) for group in groups_of(record)] == [
        (None, [1]),
        (1, [2]),
        (None, [3]),
        (2, [4]),
    ]


def test_repeats_fold_into_one_hop_with_count_and_total_time(an_exchange: Build) -> None:
    hops = nested(numbered(*(an_exchange(duration=0.5) for _ in range(4)), an_exchange(receiver="pacs")))
    short = folded(hops)
    assert short is not None
    assert [(hop.number, hop.times, hop.total) for hop in short] == [(1, 4, 2.0), (5, 1, 0.018)]


def test_three_of_a_kind_are_not_worth_folding(an_exchange: Build) -> None:
    assert folded(nested(numbered(*(an_exchange() for _ in range(3))))) is None


def test_failed_and_remarkable_hops_stand_out_of_the_fold(an_exchange: Build) -> None:
    remark = Finding(rule="W01", severity=Severity.WARNING, text="odd")
    same = tuple(an_exchange() for _ in range(5))
    short = folded(nested(numbered(*same, an_exchange(status="Failure"), an_exchange(findings=(remark,)))))
    assert short is not None
    assert [hop.times for hop in short] == [5, 1, 1]


def test_nested_hops_fold_with_their_parents(an_exchange: Build) -> None:
    exchanges = []
    for n in range(4):
        exchanges += [
            an_exchange("pacs", "repository", conversation=f"p{n}", started=10.0 * n, duration=5.0),
            an_exchange("repository", "registry", conversation=f"p{n}", started=10.0 * n + 1),
        ]
    short = folded(nested(numbered(*exchanges)))
    assert short is not None
    assert [(hop.number, hop.times) for hop in walk(short)] == [(1, 4), (2, 4)]


def test_walk_gives_each_hop_once(an_exchange: Build) -> None:
    outer = an_exchange("pacs", "repository", conversation="c", started=1.0, duration=1.0)
    inner = an_exchange("repository", "registry", conversation="c", started=1.2)
    assert [hop.number for hop in walk(nested(numbered(outer, inner)))] == [1, 2]
