from __future__ import annotations

from xdsi_sim.sut.model import ROLES, Roles


def test_roles_are_given_by_the_names_that_suites_have() -> None:
    roles = Roles.model_validate(
        {
            "responding-gateway": {"url": "http://192.0.2.7/rg"},
            "registry": {"url": "http://192.0.2.7/r", "mllp": "192.0.2.7:2575"},
            "document-source": {},
        }
    )
    assert list(roles.names()) == ["registry", "responding-gateway", "document-source"]
    assert list(roles.clients()) == ["document-source"]
    assert [name for name, _ in roles.given()] == ["registry", "responding-gateway"]
    assert "initiating-imaging-gateway" in ROLES
