"""Many submissions one after the other, none of which waits for the commit of the one before it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Final

from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.messages.submit import SubmitObjectsRequest

__all__ = ["register_all"]

_UNDER_WAY: Final = 16
"""Submissions that wait for their commit at a time: enough to share one, and few enough to hold."""


def register_all(
    registry: DocumentRegistry, requests: Iterable[SubmitObjectsRequest]
) -> Iterator[RegistryResponse]:
    """Register in the order of the requests, each as if it were alone; gives the answers in that order.

    An answer is durable when it is given. A store takes changes in the order in which they are brought, so
    that a submission finds those before it.
    """
    begun: deque[_Begun] = deque()
    for request in requests:
        begun.append(_Begun(registry.register(request)))
        if len(begun) > _UNDER_WAY:
            yield begun.popleft().response()
    for one in begun:
        yield one.response()


class _Begun:
    """A registration that has brought its change to the store, or is refused already."""

    def __init__(self, flow: Flow[RegistryResponse]) -> None:
        self._flow = flow
        self._refused: RegistryResponse | None = None
        try:
            effect = next(flow)
        except StopIteration as stop:
            self._refused = stop.value
            return
        if not isinstance(effect, Wait):
            raise TypeError("a registration sends no messages")
        self._future: Future[None] = effect.future

    def response(self) -> RegistryResponse:
        """Wait for the commit."""
        if self._refused is not None:
            return self._refused
        try:
            error = self._future.exception()
            if error is None:
                self._flow.send(self._future.result())
            else:
                self._flow.throw(error)
        except StopIteration as stop:
            response: RegistryResponse = stop.value
            return response
        raise TypeError("a registration waits once")
