from __future__ import annotations

import sys

from xdsi_sim.services import compat


def test_the_vendored_six_imports_by_the_present_protocol() -> None:
    compat.install()  # a second time changes nothing
    importer = sys.modules["spyne.util.six"]._importer
    assert importer.find_spec("spyne.util.six.moves").name == "spyne.util.six.moves"
    assert importer.find_spec("something.else") is None
