"""A request sent again, as it was or with another envelope."""

from __future__ import annotations

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.errors import CannotRun, ProtocolViolation, UsageError
from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.curl import is_http
from xdsi_sim.inspector.edited import envelope_of, with_envelope
from xdsi_sim.inspector.resend import resend as send
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.inspector.web.pages.message import where_it_went
from xdsi_sim.server.loop import running_loop
from xdsi_sim.soap.peers import is_address
from xdsi_sim.store.exchange_reader import Selection
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.certificates import kept

__all__ = ["ask", "resend"]

_SCHEMES = ("http", "https")
_LOOKED_AT = 50
"""Exchanges that a request may cause before its own is written."""


def ask(inspected: Inspected, _asked: Asked, id: str) -> Answered:
    """The form in which it is said where to, and changed."""
    exchange = _sendable(inspected, id)
    url, text = where_it_went(inspected, exchange), envelope_of(exchange.request)
    return inspected.page(
        "again.html.j2", hop=exchange, url=url, text=text, sent=None, trouble=None, made=None
    )


def resend(inspected: Inspected, asked: Asked, id: str) -> Answered:
    """Send it, and tell what came of it."""
    exchange = _sendable(inspected, id)
    url, text = asked.form.get("to", "").strip(), envelope_of(exchange.request)
    changed = asked.form.get("envelope")
    request = exchange.request
    if text is not None and changed is not None:
        changed = _as_it_was(changed, text)
        request = with_envelope(request, changed)
    before = inspected.running.mark()
    sent = trouble = None
    try:
        _check(url)
        sent = send(request, url, running_loop(), _tls(inspected, url))
    except NoAnswer as error:
        trouble = str(error)
    except (UsageError, ProtocolViolation, OSError) as error:
        trouble = f"It was not sent: {error}"
    made = _made(inspected, before, exchange) if sent is not None else None
    shown = changed if changed is not None else text
    return inspected.page(
        "again.html.j2", hop=exchange, url=url, text=shown, sent=sent, trouble=trouble, made=made
    )


def _as_it_was(changed: str, text: str) -> str:
    """What a form gives back: browsers end its lines by CR LF, and drop the first where it is empty."""
    plain = changed.replace("\r\n", "\n")
    return text if plain.strip() == text.replace("\r\n", "\n").strip() else plain


def _check(url: str) -> None:
    if not is_address(url) or url.partition(":")[0].lower() not in _SCHEMES:
        raise UsageError(f"'{url[:200]}' is not http://HOST:PORT/PATH or https://HOST:PORT/PATH.")


def _tls(inspected: Inspected, url: str) -> Tls | None:
    """The certificates of the data folder."""
    found = kept(inspected.running.folder)
    if found is None and url.lower().startswith("https:"):
        raise CannotRun("there are no certificates for https here.")
    return found


def _sendable(inspected: Inspected, id: str) -> Exchange:
    exchange = inspected.exchange(id)
    if not is_http(exchange.request):
        raise Refused(404, f"{exchange.transaction} is no HTTP message, and cannot be sent from here.")
    return exchange


def _made(inspected: Inspected, before: int, exchange: Exchange) -> Exchange | None:
    """What the receiver has recorded of it, if it is one of ours."""
    inspected.running.mark()  # what it has recorded is written when this is done
    chosen = Selection(actor=exchange.receiver, transaction=exchange.transaction)
    found = [one for _, one in inspected.log.page(chosen, _LOOKED_AT, after=before)]
    return next((one for one in reversed(found) if one.receiver == exchange.receiver), None)
