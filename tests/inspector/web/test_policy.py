from __future__ import annotations

from xdsi_sim.inspector.web.policy import headers_with, policy_with


def test_styles_in_a_page_are_named_by_their_hash() -> None:
    assert "style-src 'self' 'sha256-x'; script-src 'self';" in policy_with("'sha256-x'")


def test_what_an_answer_says_itself_stands_once() -> None:
    found = headers_with((("content-security-policy", "x"), ("A", "b")))
    assert [value for name, value in found if name.lower() == "content-security-policy"] == ["x"]
    assert ("X-Content-Type-Options", "nosniff") in found
