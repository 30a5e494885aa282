from __future__ import annotations

import json

from an_exchange import SOAP, an_exchange

from xdsi_sim.inspector.facts import message_facts_of


def test_bodies_are_listed_by_number() -> None:
    parts = json.loads(json.dumps(message_facts_of(an_exchange())))["parts"]
    assert [(part["number"], part["side"], part["size"]) for part in parts] == [
        (1, "request", len(SOAP)),
        (2, "response", len(SOAP)),
    ]
