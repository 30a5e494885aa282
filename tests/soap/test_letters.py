from __future__ import annotations

from xdsi_sim.soap.letters import Letter, Mailbox


def test_an_answer_is_for_whoever_sent_the_message_and_for_once() -> None:
    mailbox, taken = Mailbox(), list[Letter]()
    mailbox.expect("urn:uuid:1", taken.append)
    mailbox.expect("urn:uuid:2", taken.append)
    assert mailbox.claim("urn:uuid:3") is None
    assert mailbox.claim(None) is None
    assert mailbox.claim("urn:uuid:1") == taken.append
    assert mailbox.claim("urn:uuid:1") is None
    assert mailbox.claim("urn:uuid:2") == taken.append


def test_who_waits_no_more_is_forgotten() -> None:
    mailbox = Mailbox()
    mailbox.expect("urn:uuid:1", lambda _letter: None)
    mailbox.forget("urn:uuid:1")
    mailbox.forget("urn:uuid:1")
    assert mailbox.claim("urn:uuid:1") is None
