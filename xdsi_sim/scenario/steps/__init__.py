"""The kinds of steps: one module each, and the table by which all others know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.steps.compare import COMPARE
from xdsi_sim.scenario.steps.delay import DELAY
from xdsi_sim.scenario.steps.discover_patient import DISCOVER_PATIENT
from xdsi_sim.scenario.steps.fault import FAULT
from xdsi_sim.scenario.steps.fetch import FETCH
from xdsi_sim.scenario.steps.for_each import FOR_EACH
from xdsi_sim.scenario.steps.include import INCLUDE
from xdsi_sim.scenario.steps.invoke_display import INVOKE_DISPLAY
from xdsi_sim.scenario.steps.key_image_note import KEY_IMAGE_NOTE
from xdsi_sim.scenario.steps.load import LOAD
from xdsi_sim.scenario.steps.locate import LOCATE
from xdsi_sim.scenario.steps.mhd_find import MHD_FIND
from xdsi_sim.scenario.steps.mhd_retrieve import MHD_RETRIEVE
from xdsi_sim.scenario.steps.move import MOVE
from xdsi_sim.scenario.steps.parallel import PARALLEL
from xdsi_sim.scenario.steps.patient import PATIENT
from xdsi_sim.scenario.steps.provide import PROVIDE
from xdsi_sim.scenario.steps.publish import PUBLISH
from xdsi_sim.scenario.steps.publish_report import PUBLISH_REPORT
from xdsi_sim.scenario.steps.query import QUERY
from xdsi_sim.scenario.steps.receive import RECEIVE
from xdsi_sim.scenario.steps.received import RECEIVED
from xdsi_sim.scenario.steps.register_on_demand import REGISTER_ON_DEMAND
from xdsi_sim.scenario.steps.reject import REJECT
from xdsi_sim.scenario.steps.remove import REMOVE, REMOVE_DOCUMENTS
from xdsi_sim.scenario.steps.repeat import REPEAT
from xdsi_sim.scenario.steps.retrieve import RETRIEVE
from xdsi_sim.scenario.steps.search import SEARCH
from xdsi_sim.scenario.steps.send import SEND
from xdsi_sim.scenario.steps.stop import STOP
from xdsi_sim.scenario.steps.store import STORE
from xdsi_sim.scenario.steps.tabulate import TABULATE
from xdsi_sim.scenario.steps.update import UPDATE
from xdsi_sim.scenario.steps.wado_rs import WADO_RS
from xdsi_sim.scenario.steps.wado_uri import WADO_URI
from xdsi_sim.scenario.steps.wait import WAIT

__all__ = ["KINDS"]

KINDS: Final[Mapping[str, StepKind]] = {
    kind.key: kind
    for kind in (
        PATIENT,
        DISCOVER_PATIENT,
        LOAD,
        STORE,
        REJECT,
        KEY_IMAGE_NOTE,
        PUBLISH,
        PUBLISH_REPORT,
        PROVIDE,
        REGISTER_ON_DEMAND,
        RECEIVE,
        QUERY,
        RETRIEVE,
        MHD_FIND,
        MHD_RETRIEVE,
        UPDATE,
        REMOVE,
        REMOVE_DOCUMENTS,
        LOCATE,
        FETCH,
        SEARCH,
        WADO_RS,
        WADO_URI,
        INVOKE_DISPLAY,
        COMPARE,
        TABULATE,
        STOP,
        FAULT,
        DELAY,
        MOVE,
        SEND,
        WAIT,
        RECEIVED,
        PARALLEL,
        FOR_EACH,
        REPEAT,
        INCLUDE,
    )
}
"""Kinds of steps by key, in the order in which a story uses them."""
