"""Which community a submission is for, as it says itself and as gateways write it.

ITI-80 names it in the slot homeCommunityId of `rs:RequestSlotList` (ITI XCDR), an update by the `home` of
what it updates (ITI RMU).
"""

from __future__ import annotations

from typing import Final

from xdsi_sim.ebrim.xml import Element, child_of, escape, parse
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.vocab import NS

__all__ = ["aimed_at", "targets_of", "without_home"]

_SLOTS: Final = f"{{{NS.RS}}}RequestSlotList"
_SLOT: Final = f"{{{NS.RIM}}}Slot"
_VALUE: Final = f"{{{NS.RIM}}}Value"
_NAME: Final = "homeCommunityId"
_WRITTEN: Final = (
    f'<rim:Slot xmlns:rim="{NS.RIM}" name="{_NAME}"><rim:ValueList>'
    "<rim:Value>{}</rim:Value></rim:ValueList></rim:Slot>"
)


def targets_of(request: SubmitObjectsRequest) -> tuple[str, ...]:
    """The communities that a submission names; one is right where it is for a gateway."""
    if request.received is None:  # values have no slots of a request
        return ()
    return tuple(
        (value.text or "").strip() for slot in _slots(request.element) for value in slot.iter(_VALUE)
    )


def _slots(element: Element) -> list[Element]:
    slots = child_of(element, _SLOTS)
    return [] if slots is None else [slot for slot in slots.iterchildren(_SLOT) if slot.get("name") == _NAME]


def aimed_at(request: SubmitObjectsRequest, home: str | None) -> SubmitObjectsRequest:
    """The submission for that community, or for none; what came is changed, and not looked at any more."""
    element = request.element
    slots = child_of(element, _SLOTS)
    for slot in _slots(element):
        slots.remove(slot)  # type: ignore[union-attr]  # it is in them
    if home is not None:
        if slots is None:
            slots = parse(f'<rs:RequestSlotList xmlns:rs="{NS.RS}"/>'.encode())
            element.insert(0, slots)
        slots.append(parse(_WRITTEN.format(escape(home)).encode()))
    elif slots is not None and not len(slots):
        element.remove(slots)
    return SubmitObjectsRequest(element=element)


def without_home(request: SubmitObjectsRequest, home: str) -> SubmitObjectsRequest:
    """The submission as the community itself knows its objects; what came is changed."""
    element = request.element
    for one in element.iter():
        if one.get("home") == home:
            del one.attrib["home"]
    return SubmitObjectsRequest(element=element)
