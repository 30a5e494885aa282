"""OHIF, a web viewer: its settings, made for the DICOMweb faces that are here, and addresses of its pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

__all__ = ["CONFIG", "INDEX", "MODE", "Face", "app_config", "list_link", "study_link"]

INDEX: Final = "index.html"
"""Its one page, below its address."""
CONFIG: Final = "app-config.js"
"""Its settings, read by the page."""
_DICOM_WEB: Final = "@ohif/extension-default.dataSourcesModule.dicomweb"
MODE: Final = "viewer"
"""Path of the mode that shows studies of any kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """An imaging source that the viewer shows."""

    id: str
    title: str
    dicomweb: str
    """Base of its DICOMweb service."""
    wado: str
    """Address of its WADO-URI."""


def app_config(faces: Sequence[Face], path: str = "/") -> bytes:
    """The script with the settings: each source is one to choose, the first one unasked.

    `path` is that of the pages, with a slash at its end.
    """
    settings = {
        "routerBasename": path,
        "extensions": [],
        "modes": [],
        "customizationService": {},
        "showStudyList": True,
        "maxNumberOfWebWorkers": 3,
        "showWarningMessageForCrossOrigin": False,
        "showCPUFallbackMessage": False,
        "showLoadingIndicator": True,
        "strictZSpacingForVolumeViewport": True,
        "investigationalUseDialog": {"option": "never"},
        "defaultDataSourceName": faces[0].id if faces else "",
        "dataSources": [_data_source(face) for face in faces],
    }
    return b"window.config = %b;\n" % json.dumps(settings, indent=2).encode()


def _data_source(face: Face) -> dict[str, Any]:
    return {
        "namespace": _DICOM_WEB,
        "sourceName": face.id,
        "configuration": {
            "friendlyName": face.title,
            "name": face.id,
            "qidoRoot": face.dicomweb,
            "wadoRoot": face.dicomweb,
            "wadoUriRoot": face.wado,
            "qidoSupportsIncludeField": True,
            "supportsFuzzyMatching": True,
            "supportsWildcard": True,
            "supportsReject": False,  # by a private service of one archive
            "supportsStow": True,
            "dicomUploadEnabled": True,
            "imageRendering": "wadors",
            "thumbnailRendering": "wadors",
            "enableStudyLazyLoad": True,
            "singlepart": "bulkdata,video",
            "bulkDataURI": {"enabled": True},
        },
    }


def list_link(viewer: str, source: str) -> str:
    """Where a viewer, at an address with a slash at its end, lists the studies of a source."""
    return f"{viewer}?datasources={quote(source, safe='')}"


def study_link(viewer: str, source: str, studies: Sequence[str]) -> str:
    """Where it shows some of them, by Study Instance UID."""
    return f"{viewer}{MODE}/{quote(source, safe='')}?StudyInstanceUIDs={','.join(studies)}"
