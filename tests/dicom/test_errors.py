from __future__ import annotations

from xdsi_sim.dicom import errors
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.errors import XdsiSimError


def test_whoever_catches_dicom_error_catches_them_all() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert [kind for kind in kinds if not issubclass(kind, DicomError)] == []
    assert issubclass(DicomError, XdsiSimError)
