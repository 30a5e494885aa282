from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange
from xdsi_sim.scenario.record import ActorInfo, RunRecord
from xdsi_sim.scenario.reports.sequence import (
    Diagram,
    Tone,
    conversation_diagram,
    diagram_of,
    participant,
    tone_of,
)

Build = Callable[..., Exchange]


def ids(diagram: Diagram) -> list[str]:
    return [line.id for line in diagram.lifelines]


def test_every_exchange_has_exactly_one_arrow(a_run: RunRecord) -> None:
    arrows = [arrow.number for band in diagram_of(a_run).bands for arrow in band.strip.arrows]
    assert sorted(arrows) == list(range(1, len(a_run.exchanges) + 1))


def test_arrow_runs_from_sender_to_receiver(a_run: RunRecord) -> None:
    diagram = diagram_of(a_run)
    at = {line.x: line.id for line in diagram.lifelines}
    arrows = [arrow for band in diagram.bands for arrow in band.strip.arrows]
    ends = [(at[arrow.from_x], at[arrow.to_x]) for arrow in sorted(arrows, key=lambda arrow: arrow.number)]
    assert ends == [(exchange.sender, exchange.receiver) for exchange in a_run.exchanges]


def test_actors_stand_from_consumer_to_source(a_run: RunRecord) -> None:
    assert ids(diagram_of(a_run)) == ["consumer", "registry", "repository", "pacs"]


def test_communities_stand_together_with_their_gateways_at_the_border(
    an_exchange: Build, a_record: Callable[..., RunRecord]
) -> None:
    actors = (
        ActorInfo(id="rg", role="Responding Gateway", community="south"),
        ActorInfo(id="registry-s", role="Document Registry", community="south"),
        ActorInfo(id="ig", role="Initiating Gateway", community="north"),
        ActorInfo(id="consumer", role="Document Consumer", community="north"),
    )
    hops = (an_exchange("consumer", "ig"), an_exchange("ig", "rg"), an_exchange("rg", "registry-s"))
    assert ids(diagram_of(a_record(exchanges=hops, actors=actors))) == ["consumer", "ig", "rg", "registry-s"]


def test_clients_known_by_address_share_a_lifeline(
    an_exchange: Build, a_record: Callable[..., RunRecord]
) -> None:
    hops = (an_exchange("127.0.0.1:50001"), an_exchange("127.0.0.1:50002"))
    assert ids(diagram_of(a_record(exchanges=hops))) == ["127.0.0.1", "registry"]


@pytest.mark.parametrize(
    ("end", "line"),
    [("10.0.0.1:4711", "10.0.0.1"), ("[::1]:4711", "[::1]"), ("pacs:1", "pacs:1"), ("registry", "registry")],
)
def test_port_belongs_to_the_name_of_a_known_actor_only(end: str, line: str) -> None:
    assert participant(end, {"pacs:1"}) == line


def test_answer_stands_below_the_hops_that_it_waited_for(a_run: RunRecord) -> None:
    provide, register = diagram_of(a_run).bands[0].strip.arrows
    assert provide.y < register.y < register.back_y < provide.back_y


def test_arrows_of_a_strip_do_not_overlap(a_run: RunRecord) -> None:
    arrows = diagram_of(a_run).bands[2].strip.arrows
    assert all(below.y - above.back_y >= 20 for above, below in pairwise(arrows))


def test_strip_holds_all_its_arrows(a_run: RunRecord) -> None:
    strips = [band.strip for band in diagram_of(a_run).bands]
    assert all(arrow.back_y < strip.height for strip in strips for arrow in strip.arrows)


def test_step_that_repeats_itself_has_a_folded_strip(a_run: RunRecord) -> None:
    folds = [
        band.folded and [arrow.label for arrow in band.folded.arrows] for band in diagram_of(a_run).bands
    ]
    assert folds == [None, None, ["WADO-RS ×6"], None]


def test_hop_without_an_answer_has_no_arrow_back(a_run: RunRecord) -> None:
    (arrow,) = diagram_of(a_run).bands[3].strip.arrows
    assert (arrow.answered, arrow.tone) == (False, Tone.BAD)


@pytest.mark.parametrize(
    ("status", "tone"),
    [
        ("Success", Tone.OK),
        ("HTTP 206", Tone.OK),
        ("PartialSuccess", Tone.WARN),
        ("HTTP 302", Tone.WARN),
        ("Failure", Tone.BAD),
        ("Fault Sender", Tone.BAD),
        ("HTTP 404", Tone.BAD),
        ("no answer: refused", Tone.BAD),
    ],
)
def test_outcome_that_is_not_known_to_be_good_is_bad(status: str, tone: Tone) -> None:
    assert tone_of(status) is tone


def test_run_without_messages_has_an_empty_diagram(a_record: Callable[..., RunRecord]) -> None:
    assert (diagram_of(a_record()).lifelines, diagram_of(a_record()).bands) == ((), ())


def test_a_conversation_is_one_strip_in_the_order_of_its_hops(a_run: RunRecord) -> None:
    diagram = conversation_diagram(a_run.exchanges, a_run.actors)
    (band,) = diagram.bands
    assert band.step is None
    assert sorted(arrow.number for arrow in band.strip.arrows) == list(range(1, len(a_run.exchanges) + 1))
    assert ids(diagram) == ids(diagram_of(a_run))


@pytest.mark.parametrize(("severity", "broken"), [(Severity.ERROR, True), (Severity.WARNING, False)])
def test_an_arrow_tells_whether_a_rule_was_broken(
    an_exchange: Build, severity: Severity, broken: bool
) -> None:
    finding = Finding(rule="D01", severity=severity, text="missing")
    (arrow,) = conversation_diagram((an_exchange(findings=(finding,)),), ()).bands[0].strip.arrows
    assert (arrow.findings, arrow.broken) == (1, broken)
