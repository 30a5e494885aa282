from __future__ import annotations

import pytest

from xdsi_sim.inspector.web.asked import Refused
from xdsi_sim.inspector.web.pages import again, message, messages
from xdsi_sim.inspector.web.routes import found


@pytest.mark.parametrize(
    ("method", "path", "page", "arguments"),
    [
        ("GET", ("messages",), messages.messages, ()),
        ("GET", ("messages", "rows"), messages.rows, ()),
        ("GET", ("messages", "abc"), message.message, ("abc",)),
        ("GET", ("messages", "a", "raw", "request"), message.raw, ("a", "request")),
        ("POST", ("messages", "a", "resend"), again.resend, ("a",)),
    ],
)
def test_a_path_leads_to_a_page(method: str, path: tuple[str, ...], page: object, arguments: object) -> None:
    assert found(method, path) == (page, arguments)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", ("x",), 404), ("GET", ("messages", ""), 200), ("POST", ("messages",), 405), ("GET", (), 404)],
)
def test_other_paths_lead_nowhere(method: str, path: tuple[str, ...], status: int) -> None:
    if status == 200:
        assert found(method, path)[0] is message.message  # which tells that there is no such one
        return
    with pytest.raises(Refused) as refused:
        found(method, path)
    assert refused.value.status == status
