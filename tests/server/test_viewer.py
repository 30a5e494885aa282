from __future__ import annotations

from pathlib import Path

import pytest
from a_viewer import PAGE, a_viewer
from wire import get, post, send

from xdsi_sim.server.site import ActorSite
from xdsi_sim.server.viewer import ViewerResource

CONFIG = b"window.config = {};\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_viewer(tmp_path / "viewer")


@pytest.fixture
def url(site: ActorSite, folder: Path) -> str:
    site.put_elsewhere(ViewerResource(folder, CONFIG))
    return f"http://127.0.0.1:{site.port}"


@pytest.mark.parametrize(
    ("path", "media", "data"),
    [
        ("/app.bundle.js", "text/javascript; charset=UTF-8", b"'use strict';"),
        ("/app.bundle.js?v=1", "text/javascript; charset=UTF-8", b"'use strict';"),
        ("/decoder.wasm", "application/wasm", b"\0asm"),
        ("/assets/logo.svg", "image/svg+xml", b"<svg/>"),
        ("/assets/%6Cogo.svg", "image/svg+xml", b"<svg/>"),
        ("//assets//logo.svg", "image/svg+xml", b"<svg/>"),
        ("/ort/model.onnx", "application/octet-stream", b"\1\2\3"),
        ("/app-config.js", "text/javascript; charset=UTF-8", CONFIG),
        ("/index.html", "text/html; charset=UTF-8", PAGE),
        ("/", "text/html; charset=UTF-8", PAGE),
        ("/viewer/pacs.north?StudyInstanceUIDs=1.2", "text/html; charset=UTF-8", PAGE),
        ("/assets", "text/html; charset=UTF-8", PAGE),
    ],
)
def test_files_are_served_by_type_and_all_other_paths_are_the_page(
    url: str, path: str, media: str, data: bytes
) -> None:
    answer = get(url + path)
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, media, data)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"


@pytest.mark.parametrize(
    "path",
    [
        "/missing.js",
        "/assets/missing.png",
        "/../secret.txt",
        "/..%2Fsecret.txt",
        "/%2e%2e/secret",
        "/assets/..%5c..%5csecret",
        "/assets/%00",
        "/link.txt",
        "/way/secret.txt",
        "/circle.js",
    ],
)
def test_nothing_outside_the_folder_is_served(url: str, folder: Path, path: str) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    (folder.parent / "secret").write_text("secret")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "way").symlink_to(folder.parent)
    (folder / "circle.js").symlink_to("circle.js")
    answer = get(url + path)
    assert answer.status == 404
    assert b"no actor is at" in answer.body


def test_a_name_that_no_disk_takes_is_no_file(url: str) -> None:
    assert get(f"{url}/{'x' * 300}.js").status == 404


@pytest.mark.parametrize("path", ["/app.bundle.js", "/app-config.js"])
def test_what_a_browser_has_already_is_not_sent_again(url: str, folder: Path, path: str) -> None:
    tag = get(url + path).headers["etag"]
    again = get(url + path, f'If-None-Match: "other", {tag}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    (folder / "app.bundle.js").write_bytes(b"'use strict'; 1;")
    assert get(url + path, f"If-None-Match: {tag}").status == (200 if "bundle" in path else 304)


def test_head_is_get_without_the_body(url: str) -> None:
    head = get(f"{url}/app.bundle.js", method="HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, "13", b"")


def test_messages_for_nobody_stay_unfound(url: str) -> None:
    answer = send(url, post(f"{url}/nobody", "application/soap+xml", b"<x/>"))
    assert answer.status == 404
    assert b"no actor is at /nobody" in answer.body


def test_a_folder_that_is_gone_is_not_found(url: str, folder: Path) -> None:
    (folder / "index.html").unlink()
    assert get(f"{url}/viewer").status == 404


def test_below_a_path_the_page_has_settings_of_its_own(site: ActorSite, folder: Path) -> None:
    (folder / "index.html").write_bytes(b'<script src="/app-config.js"></script><script src=/app.bundle.js>')
    site.put_elsewhere(ViewerResource(folder, CONFIG, "/s/acme/"))
    base = f"http://127.0.0.1:{site.port}/s/acme/"
    page = b'<script src="/s/acme/app-config.js"></script><script src=/app.bundle.js>'
    answer = get(base)
    assert answer.body == get(f"{base}viewer/pacs?StudyInstanceUIDs=1.2").body == page
    assert get(base, f"If-None-Match: {answer.headers['etag']}").status == 304
    assert get(f"{base}app-config.js").body == CONFIG
    assert get(f"{base}app.bundle.js").body == b"'use strict';"
