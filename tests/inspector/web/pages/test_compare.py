from __future__ import annotations

from an_inspector import Inspector


def test_two_messages_stand_beside_each_other(inspector: Inspector) -> None:
    one = inspector.one("ITI-42")
    page = inspector.page(f"messages/{one.id}/compare?with={inspector.refused.id[:12]}")
    row = next(row for row in page.split("<tr")[1:] if "languageCod&" in row)
    assert 'class="replace"' in row.partition(">")[0]
    assert "languageCode&" in row
    assert "equal lines" in page


def test_a_message_is_the_same_as_itself(inspector: Inspector) -> None:
    id = inspector.one("RAD-69").id
    assert inspector.page(f"messages/{id}/compare?with={id}").count("They are the same.") == 2


def test_another_that_is_not_there_is_told(inspector: Inspector) -> None:
    id = inspector.exchanges[0].id
    for other in ("", "zzz", "%3Cscript%3E"):
        assert inspector.get(f"messages/{id}/compare?with={other}").status == 404
