from __future__ import annotations

import re

from xdsi_sim.resources import wsdl
from xdsi_sim.services.host import PORT_TYPES
from xdsi_sim.vocab import TRANSACTIONS


def test_each_port_type_is_described_by_a_wsdl_of_the_same_operations() -> None:
    for port_type in PORT_TYPES.values():
        text = (wsdl() / port_type.wsdl).read_text(encoding="utf-8")
        described = set(re.findall(r'<(?:wsdl:)?operation name="([^"]+)"', text))
        assert described == {TRANSACTIONS[name].operation for name in port_type.transactions}
