from __future__ import annotations

from pathlib import Path

from a_port import free_port
from a_system import a_product, description, loaded

from xdsi_sim.sut.bench import play_tests
from xdsi_sim.sut.certificates import with_certificates
from xdsi_sim.sut.checking import check_system
from xdsi_sim.sut.plan import plan_of
from xdsi_sim.sut.results import Outcome
from xdsi_sim.sut.telling import Untold

SECURED = """\
name: product
tls: true
communities:
  - id: hall
    homeCommunityId: urn:oid:2.999.42
    patientAuthority: 2.999.42.2
    registry: {id: index, strictness: strict}
"""


def test_without_tls_there_are_none(tmp_path: Path) -> None:
    system = loaded(tmp_path, description(registry="http://192.0.2.7/registry"))
    assert with_certificates(system, tmp_path) == (system, None)


def test_a_system_is_tried_and_tested_over_tls_by_one_pair_of_certificates(tmp_path: Path) -> None:
    with a_product(tmp_path / "vendor", SECURED) as product:
        more = "tls: {authority: vendor/tls/authority.pem}\n"
        text = description(registry=product.url_of("index"), more=more, listen=free_port())
        system, tls = with_certificates(loaded(tmp_path, text), tmp_path / "vendor")
        assert tls is not None
        (one,) = check_system(system, tmp_path, tls)
        assert {each.what: each.good for each in one.tried} == {
            "connection": True,
            "TLS": True,
            "HTTP": True,
            "description": True,
            "message": True,
        }
        run = play_tests(plan_of(system, ids=["REG-01"]), tmp_path / "ours", Untold())
    assert [result.outcome for result in run.results] == [Outcome.PASS]
    again, _ = with_certificates(loaded(tmp_path, text), tmp_path / "vendor")
    assert again.system.tls == system.system.tls
