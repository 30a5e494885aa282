"""How tests are played: on one started topology, and with systems that hang, die, flood or lie."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from a_peer import Said, peers, said
from a_system import PRODUCT, QUICK, a_closed_port, a_plan, a_product, description

from xdsi_sim.deviations.switches import Setting
from xdsi_sim.scenario.record import StepRecord
from xdsi_sim.scenario.runner import Audience, Silent
from xdsi_sim.sut.bench import play_tests
from xdsi_sim.sut.plan import Suite, Test, plan_of
from xdsi_sim.sut.results import Outcome, TestResult, TestRun
from xdsi_sim.sut.telling import Untold
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.listen import Listen

FREE = Listen("127.0.0.1", 0)


class Watching(Untold):
    """Notes what it is told."""

    def __init__(self, interrupting: str = "") -> None:
        self.starts: list[RunningTopology] = []
        self.told: list[str] = []
        self.interrupting = interrupting

    def suite(self, suite: Suite, running: RunningTopology) -> None:  # noqa: ARG002  a Protocol's method
        self.starts.append(running)

    def audience(self, test: Test) -> Audience | None:
        return Interrupting() if test.id == self.interrupting else None

    def ended(self, result: TestResult) -> None:
        self.told.append(result.id)


class Interrupting(Silent):
    """Presses Ctrl-C when the first step has ended."""

    pressed = False

    def ended(self, number: str, record: StepRecord) -> None:  # noqa: ARG002  a Protocol's method
        if not self.pressed:
            self.pressed = True
            raise KeyboardInterrupt


def outcomes(run: TestRun) -> list[Outcome]:
    return [result.outcome for result in run.results]


def test_tests_of_a_suite_share_one_started_topology(tmp_path: Path) -> None:
    watching = Watching()
    ids = ["REG-01", "REG-02", "REG-17"]
    run = play_tests(plan_of(None, ids=ids), tmp_path, watching, listen=FREE)
    assert outcomes(run) == [Outcome.PASS] * 3
    assert watching.told == ids
    assert len(watching.starts) == 1
    exchanges = [exchange.id for result in run.results if result.run for exchange in result.run.exchanges]
    assert len(exchanges) == len(set(exchanges)) > 6  # each has its own messages alone


def test_ctrl_c_ends_all_and_what_ran_is_in_the_result(tmp_path: Path) -> None:
    plan = plan_of(None, ids=["REG-01", "REG-02", "REG-03", "REP-01"])
    run = play_tests(plan, tmp_path, Watching("REG-02"), listen=FREE)
    assert run.interrupted
    assert outcomes(run) == [Outcome.PASS, Outcome.NOT_RUN, Outcome.NOT_RUN, Outcome.NOT_RUN]
    assert run.results[-1].reason == "the tests were interrupted"


def test_a_known_deviation_is_told_as_such_and_one_that_passes_too(tmp_path: Path) -> None:
    faulty = 'deviations: {REG-54: "bug 7", REG-01: "bug 8"}\n'
    with a_product(tmp_path / "product") as product:
        product.faults.on(
            Setting(actor="index", deviation="XDSRegistryError", transaction="ITI-18"), by="test"
        )
        text = description(registry=product.url_of("index"), more=faulty)
        run = play_tests(a_plan(tmp_path, text, "REG-54"), tmp_path / "a", Untold())
        assert (outcomes(run), run.outcome) == ([Outcome.KNOWN], Outcome.PASS)
        assert run.results[0].reason.startswith("bug 7: Nothing is there: ")
        product.faults.off()
        run = play_tests(a_plan(tmp_path, text, "REG-01"), tmp_path / "b", Untold())
    assert outcomes(run) == [Outcome.PASS]
    assert run.results[0].reason == "passes, though it is listed as a deviation: bug 8"


def test_patients_that_the_vendor_names_are_used_once_each_and_not_announced(tmp_path: Path) -> None:
    with a_product(tmp_path / "product") as product:
        url = product.url_of("index")
        more = "patients: [A1, A2, A3]\n"
        first = play_tests(
            a_plan(tmp_path, description(registry=url, more="patients: announce\n"), "REG-54"),
            tmp_path / "a",
            Untold(),
        )
        run = play_tests(
            a_plan(tmp_path, description(registry=url, more=more), "REG-54", "REG-59", "REG-60", "REG-57"),
            tmp_path / "b",
            Untold(),
        )
    assert [exchange.transaction for exchange in first.results[0].run.exchanges] == ["ITI-44", "ITI-18"]  # type: ignore[union-attr]
    found = {result.id: result for result in run.results}
    assert found["REG-54"].outcome is Outcome.PASS
    assert found["REG-54"].run is not None
    assert [exchange.transaction for exchange in found["REG-54"].run.exchanges] == ["ITI-18"]
    used = [result.run.steps[0].details for result in run.results if result.run is not None]
    assert used == [(("Patients", f"A{n}^^^&2.999.42.2&ISO"),) for n in (1, 2, 3)]
    assert found["REG-60"].reason == "it needs 2 patients, and 0 of those in the file are left"


# --- systems that hang, die, flood or lie -----------------------------------------------------


def hangs(_request: bytes) -> Said:
    return None


def floods(_request: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n<soap:Envelope>"
    yield from itertools.repeat(b"<x/>" * 4096)


def drips(_request: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n"
    for _ in range(1000):
        time.sleep(0.1)
        yield b" "


def lies(_request: bytes) -> Said:
    return said("200 OK", b"<html>All is well</html>", "text/html")


def breaks_off(_request: bytes) -> Said:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: 9999\r\n\r\n<soap"


@pytest.mark.parametrize("answer", [hangs, floods, drips, lies, breaks_off])
def test_a_system_that_misbehaves_gives_a_verdict_in_time(
    tmp_path: Path, answer: Callable[[bytes], Said]
) -> None:
    begun = time.monotonic()
    with peers() as peer:
        text = description(registry=peer(answer), more=QUICK)
        run = play_tests(a_plan(tmp_path, text, "REG-01"), tmp_path / "ours", Untold())
    assert outcomes(run) == [Outcome.FAIL]
    assert "no answer" in run.results[0].reason
    assert time.monotonic() - begun < 30


def test_a_system_that_never_answers_is_not_asked_again_and_again(tmp_path: Path) -> None:
    ids = [f"REG-0{n}" for n in range(1, 8)]
    with peers() as peer:
        text = description(registry=peer(hangs), more=QUICK)
        run = play_tests(a_plan(tmp_path, text, *ids), tmp_path / "ours", Untold())
    assert outcomes(run) == [Outcome.FAIL] * 3 + [Outcome.NOT_RUN] * 4
    assert run.results[-1].reason == "the system has left 3 tests in a row without an answer"


def test_a_system_that_died_is_told(tmp_path: Path) -> None:
    with a_closed_port() as port:
        text = description(registry=f"http://127.0.0.1:{port}/registry", more=QUICK)
        run = play_tests(a_plan(tmp_path, text, "REG-01", "REG-02"), tmp_path / "ours", Untold())
    assert outcomes(run) == [Outcome.FAIL, Outcome.NOT_RUN]
    assert "the system does not answer any more: nothing listens at" in run.results[1].reason


def test_a_system_may_have_an_address_for_each_transaction(tmp_path: Path) -> None:
    with a_product(tmp_path / "product") as product, peers() as peer:
        nobody, index = peer(lies), product.url_of("index")
        others = ", ".join(f'{name}: "{index}"' for name in ("ITI-42", "ITI-18", "ITI-44"))
        text = description(registry=nobody).replace(f'"{nobody}"', f'"{nobody}", addresses: {{{others}}}')
        run = play_tests(a_plan(tmp_path, text, "REG-01", "REG-56"), tmp_path / "ours", Untold())
    assert outcomes(run) == [Outcome.PASS, Outcome.PASS]
    receivers = {
        exchange.receiver for result in run.results if result.run for exchange in result.run.exchanges
    }
    assert receivers == {"registry"}


def test_a_port_that_is_taken_is_told_of_each_test_that_needs_it(tmp_path: Path) -> None:
    with a_product(tmp_path / "product") as product, socket.create_server(("127.0.0.1", 0)) as taken:
        text = description(registry=product.url_of("index"), listen=taken.getsockname()[1])
        run = play_tests(a_plan(tmp_path, text, "REG-01", "REG-02"), tmp_path / "ours", Untold())
    assert outcomes(run) == [Outcome.NOT_RUN, Outcome.NOT_RUN]
    assert "our own actors cannot be started" in run.results[1].reason


CODES = """\
title: Codes of a hall
classCode: {2.999.42.7: [REP]}
typeCode: {2.999.42.7: [NOTE]}
codeList: {2.999.42.7: [SHELF]}
contentTypeCode: {2.999.42.7: [SENT]}
"""
OUR_CODES = """\
codes:
  classCode: REP^Reports^2.999.42.7
  typeCode: NOTE^Note^2.999.42.7
  contentTypeCode: SENT^Sent^2.999.42.7
  codeList: SHELF^Shelf^2.999.42.7
"""


def test_a_system_whose_domain_has_codes_of_its_own_is_sent_those(tmp_path: Path) -> None:
    (tmp_path / "hall.yaml").write_text(CODES, encoding="utf-8")
    strict = PRODUCT.replace("    registry:", f"    codes: {{files: [{tmp_path}/hall.yaml]}}\n    registry:")
    with a_product(tmp_path / "product", strict) as product:
        text = description(registry=product.url_of("index"))
        ids = ("REG-01", "REG-02", "REG-41")
        plain = play_tests(a_plan(tmp_path, text, *ids), tmp_path / "a", Untold())
        coded = play_tests(a_plan(tmp_path, text + OUR_CODES, *ids), tmp_path / "b", Untold())
    assert outcomes(plain) == [Outcome.FAIL] * 3
    assert "D28" in plain.results[0].reason
    assert outcomes(coded) == [Outcome.PASS] * 3
