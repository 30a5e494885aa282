from __future__ import annotations

from an_inspector import Inspector

from xdsi_sim.rules.catalogue import catalogue


def test_every_rule_is_there_with_the_way_to_what_it_has_found(inspector: Inspector) -> None:
    page = inspector.page("rules")
    for id in catalogue():
        assert f'<tr id="{id}">' in page
        assert f'href="/inspector/messages?finding={id}"' in page
