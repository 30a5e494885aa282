from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from a_tls_domain import context_of, get_over, secured, submitted

from xdsi_sim.deviations.deviation import DEVIATIONS, Family
from xdsi_sim.deviations.switches import Setting
from xdsi_sim.topology.build import RunningTopology

ROWS = [row for row in DEVIATIONS.values() if row.family is Family.TLS]
VERIFY = {
    "tls-expired": "certificate has expired",
    "tls-not-yet-valid": "certificate is not yet valid",
    "tls-wrong-name": "IP address mismatch",
    "tls-unknown-authority": "unable to get local issuer",
}
"""What the library of Python says."""


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningTopology, Path]]:
    folder = tmp_path_factory.mktemp("tls")
    with secured(folder) as running:
        yield running, folder


@contextmanager
def presenting(running: RunningTopology, deviation: str) -> Iterator[None]:
    switch = running.faults.on(Setting(actor="registry", deviation=deviation), by="test")
    try:
        yield
    finally:
        assert switch.fired == 1
        running.faults.off(switch.number)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_foreign_client_refuses_the_certificate(domain: tuple[RunningTopology, Path], row: object) -> None:
    running, folder = domain
    deviation = row.id  # type: ignore[attr-defined]
    url = f"{running.url_of('registry')}?wsdl"
    context = context_of(folder)
    with (
        presenting(running, deviation),
        pytest.raises(ssl.SSLCertVerificationError, match=VERIFY[deviation]),
    ):
        get_over(context, url)
    assert get_over(context, url).status == 200


def test_the_words_of_our_own_client_are_those_of_the_catalogue(
    tmp_path: Path, domain: tuple[RunningTopology, Path]
) -> None:
    from xdsi_sim.tls.settings import Tls  # noqa: PLC0415
    from xdsi_sim.topology.certificates import kept  # noqa: PLC0415
    from xdsi_sim.topology.outside import outside_client  # noqa: PLC0415

    running, folder = domain
    tls = kept(folder)
    assert isinstance(tls, Tls)
    for row in ROWS:
        with presenting(running, row.id), outside_client(tmp_path, tls) as client:
            reply = client.get(
                running.url_of("registry"), accept="*/*", transaction="", sender="t", conversation="c"
            )
        assert row.comes in (reply.trouble or "")
    assert submitted(running, 1) == "Success"
