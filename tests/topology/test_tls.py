from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import topology
from a_tls_peer import workshop

from xdsi_sim.errors import UsageError
from xdsi_sim.resources import scenarios
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.tls import TlsSettings


def written(folder: Path, tls: str) -> Path:
    path = folder / "mine.yaml"
    central = (scenarios() / "topologies" / "central.yaml").read_text(encoding="utf-8")
    path.write_text(f"{central}\ntls: {tls}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "on"), [("true", True), ("false", False), ("", False), ("{}", True)])
def test_the_setting_is_a_switch(text: str, on: bool, tmp_path: Path) -> None:
    assert load_topology(written(tmp_path, text)).tls == (TlsSettings() if on else None)


def test_a_value_of_the_model_may_be_a_switch_too() -> None:
    plain = {**topology().model_dump(mode="json", exclude={"listen"}, exclude_none=True), "tls": True}
    assert Topology.model_validate(plain).tls == TlsSettings()


def test_paths_are_beside_the_file_of_the_topology(tmp_path: Path) -> None:
    own, absolute = workshop(tmp_path / "c").issue("own"), tmp_path / "c" / "own.key"
    for name in ("a.pem", "b.pem"):
        (tmp_path / name).write_bytes(own.certificate.read_bytes())
    text = f"{{certificate: c/own.pem, key: {absolute}, authority: [a.pem, b.pem], names: sim.test}}"
    tls = load_topology(written(tmp_path, text)).tls
    assert tls is not None
    assert tls.certificate == tmp_path / "c" / "own.pem"
    assert tls.key == absolute
    assert tls.authority == (tmp_path / "a.pem", tmp_path / "b.pem")
    assert tls.names == ("sim.test",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{certificate: c.pem, authority: a.pem}", r":\d+:7: a certificate without its key"),
        ("{key: k.pem}", r":\d+:7: a key without its certificate"),
        (
            "{certificate: c.pem, key: k.pem}",
            r":\d+:7: a certificate of your own needs the CA .* 'authority'",
        ),
        ('{minimum: "1.1"}', r":\d+:16: expected '1\.2' or '1\.3', found '1\.1'"),
        ("{clients: require}", r"Did you mean 'required'\?"),
        ("{handshake: 0}", r"0 is less than 0\.1"),
        ("yes", r":\d+:6: expected keys with values, found 'yes'"),
        ("{authority: [no.pem]}", r"mine\.yaml:\d+:19: .*no\.pem: cannot be read: No such file"),
        ("{authority: mine.yaml}", r":\d+:18: .*mine\.yaml: this is no certificate in PEM form"),
        ("{certificate: no.pem, key: k, authority: mine.yaml}", r":\d+:47: .*: this is no certificate"),
        ('{names: ["a b"]}', r":\d+:15: 'a b' is no host name for a certificate\. It has letters"),
        ('{minimum: "1.1"}', r"found '1\.1'$"),
        ("{mnimum: 1.2}", r"unknown key 'mnimum'\. Did you mean 'minimum'\?"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        load_topology(written(tmp_path, text))


def test_the_setting_has_a_json_schema() -> None:
    schema = Topology.model_json_schema()
    assert {"type": "boolean"} in schema["properties"]["tls"]["anyOf"]
    assert "handshake" in schema["$defs"]["TlsSettings"]["properties"]
