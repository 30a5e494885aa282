from __future__ import annotations

import re

import pytest
from an_inspector import Inspector


def test_the_hops_of_an_action_are_arrows_that_lead_to_their_messages(inspector: Inspector) -> None:
    publication = inspector.one("RAD-68")
    hops = [one for one in inspector.exchanges if one.conversation == publication.conversation]
    page = inspector.page(f"conversations/{publication.conversation}")
    arrows = re.findall(r'<a class="hop ok" href="/inspector/messages/([^"]+)"', page)
    assert set(arrows) == {one.id for one in hops}
    assert len(hops) > 1
    assert "<title>1 · RAD-68, pacs-north to repository: Success" in page
    assert f"{len(hops)} messages of one conversation" in page


def test_an_arrow_tells_of_an_error_that_was_found(inspector: Inspector) -> None:
    page = inspector.page(f"conversations/{inspector.refused.conversation}")
    assert 'class="hop bad"' in page
    assert 'class="flag broken"' in page


def test_a_name_from_elsewhere_is_text(inspector: Inspector) -> None:
    answer = inspector.get("conversations/%3Cscript%3Ealert(1)%2F%3C")
    assert (answer.status, b"<script>alert" in answer.body) == (404, False)


def test_only_so_many_are_drawn(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xdsi_sim.inspector.web.pages.conversation._MOST", 2)
    page = inspector.page(f"conversations/{inspector.one('RAD-68').conversation}")
    assert "Only the first 2 are shown." in page
