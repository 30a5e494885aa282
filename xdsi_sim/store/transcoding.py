"""Transcoded objects: made by threads of their own, kept in files that go with their handles."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from xdsi_sim.content import Content, PassingContent
from xdsi_sim.ids import new_token

__all__ = ["SpoolingTranscoder"]

_AT_ONCE: Final = 2
"""Objects in memory at a time; decoding holds all pixels of one."""


class SpoolingTranscoder:
    """Gives objects in other transfer syntaxes; realises `actors.ports.Transcoder`."""

    def __init__(self, folder: Path) -> None:
        """Files go to `folder`."""
        self._folder = folder
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="transcoding")

    def transcode(self, content: Content, to: str) -> Future[Content]:
        """The object of `content` in the transfer syntax `to`; fails with DicomError or OSError."""
        return self._threads.submit(self._transcoded, content, to)

    def _transcoded(self, content: Content, to: str) -> Content:
        from xdsi_sim.dicom.transcoding import transcode  # noqa: PLC0415  brings pydicom

        path = self._folder / new_token()
        transcode(content, to, path)
        return PassingContent(path, path.stat().st_size)

    def close(self) -> None:
        """Finish what was begun."""
        self._threads.shutdown(cancel_futures=True)
