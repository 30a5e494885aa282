"""A folder that looks like the build of a web viewer; `tests/interop` has the viewer itself."""

from __future__ import annotations

from pathlib import Path

__all__ = ["PAGE", "a_viewer"]

PAGE = b"<!doctype html><script src=/app.bundle.js></script>"


def a_viewer(folder: Path) -> Path:
    """Its page, scripts, a picture and a binary."""
    files = {
        "index.html": PAGE,
        "app-config.js": b"window.config = {dataSources: ['somebody else'] };",
        "app.bundle.js": b"'use strict';",
        "decoder.wasm": b"\0asm",
        "assets/logo.svg": b"<svg/>",
        "ort/model.onnx": b"\1\2\3",
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
