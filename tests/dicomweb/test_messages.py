from __future__ import annotations

from pathlib import Path

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicomweb.messages import Body, Part, WebRequest, text_answer


def test_of_a_parameter_that_comes_twice_the_first_counts() -> None:
    request = WebRequest(method="GET", path=(), query=(("a", "1"), ("a", "2"), ("b", "")))
    assert request.parameters() == {"a": "1", "b": ""}


def test_an_upload_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "part"
    path.write_bytes(b"x")
    content = FileContent.of(path)
    Body(media_type="", parts=(Part({}, content), Part({}, BytesContent(b""))), raw=(b"", content)).discard()
    assert not path.exists()


def test_a_refusal_is_a_line() -> None:
    assert text_answer(404, "nothing here").segments == [b"nothing here\n"]
