from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from an_exchange import FINDING, MTOM, MTOM_HEADERS, a_message, an_exchange
from rich.console import Console

from xdsi_sim.content import FileContent
from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.message_view import print_exchange
from xdsi_sim.inspector.pieces import SIDES


def shown(exchange: Exchange, sides: Collection[str] = SIDES) -> str:
    output = Console(file=io.StringIO(), width=300, highlight=False, soft_wrap=True)
    print_exchange(output, exchange, sides)
    return output.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_heads_indented_xml_and_findings_are_shown() -> None:
    text = shown(an_exchange(findings=(FINDING,)))
    assert "ITI-18 viewer → registry\nSuccess after 18 ms\n" in text
    assert "POST /c/registry HTTP/1.1\nContent-Type: application/soap+xml; charset=UTF-8\n" in text
    assert '  <Body>\n    <Query id="1"/>\n  </Body>\n' in text
    assert "1 finding\nwarning A12 at x: missing (ITI TF-2: V.3)\n" in text


def test_parts_are_listed_with_type_and_size() -> None:
    response = replace(a_message("HTTP/1.1 200 OK", MTOM), headers=MTOM_HEADERS)
    text = shown(an_exchange(response=response))
    assert "[2] application/xop+xml, XML, 97 B\nContent-Type: application/xop+xml\nContent-ID: <root>" in text
    assert "[3] application/dicom, DICOM object, 271 B\n" in text


def test_one_side_is_shown_alone() -> None:
    assert "POST" not in shown(an_exchange(), ["response"])
    assert "HTTP/1.1 200" not in shown(an_exchange(), ["request"])


def test_an_answer_that_did_not_come_is_said_so() -> None:
    assert "no answer came" in shown(an_exchange(response=None))


def test_hostile_text_cannot_act_on_the_terminal() -> None:
    message = a_message(
        "POST /\x1b]0;x\x07 HTTP/1.1", "[red]\x1b[2J\u202etxt".encode(), Content_Type="text/plain"
    )
    text = shown(an_exchange(request=message, findings=(replace(FINDING, text="[b]a\nb\x9b"),)))
    assert not set("\x1b\x07\x9b\u202e") & set(text)
    assert "[red]⟨U+001B⟩[2J⟨U+202E⟩txt" in text
    assert "[b]a⏎b⟨U+009B⟩" in text


def test_xml_that_is_refused_is_shown_as_text_with_the_reason() -> None:
    message = a_message("POST / HTTP/1.1", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")
    text = shown(an_exchange(request=message))
    assert "a document type declaration is not allowed" in text
    assert "<a>&x;</a>" in text


def test_a_body_that_the_log_has_lost_hides_nothing_else(tmp_path: Path) -> None:
    text = shown(an_exchange(body=FileContent(tmp_path / "gone", 5), findings=(FINDING,)))
    assert "[1] the log has lost it: No such file" in text
    assert "warning A12" in text


def test_what_was_wrong_on_purpose_is_told() -> None:
    assert "wrong on purpose: delay seconds=2\n" in shown(an_exchange(deviations=("delay seconds=2",)))
    assert "on purpose" not in shown(an_exchange())


def test_the_session_is_told() -> None:
    assert ", session acme\n" in shown(an_exchange(session="acme"))
    assert "session" not in shown(an_exchange())
