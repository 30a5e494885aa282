from __future__ import annotations

from pathlib import Path

import pytest
from a_tls_peer import Workshop, workshop


@pytest.fixture
def certificates(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "certificates")
