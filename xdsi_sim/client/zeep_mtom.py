"""zeep for own scripts against the actors: MTOM both ways, and what zeep leaves out of the messages.

    service = connect("http://127.0.0.1:8080/national/repository").service

Needs the extra `xdsi-sim[zeep]`. Nothing else of this package imports it: zeep takes milliseconds for what
`SoapClient` does in a fraction of one, so the simulator's own calls never go through it.
"""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import zeep
from lxml import etree

from xdsi_sim.content import (
    CHUNK,
    BytesContent,
    Content,
    FileContent,
    Segment,
    body_size,
    pieces_in,
    read_all,
)
from xdsi_sim.ebrim.xml import Element, parse, serialise
from xdsi_sim.errors import UsageError
from xdsi_sim.ids import new_token
from xdsi_sim.soap.media import parse_media_type
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE, Attachments, Package, PackageReader
from xdsi_sim.vocab import ACTIONS, ANONYMOUS, NS

__all__ = ["DocumentSharing", "MtomTransport", "connect", "read_objects"]

_XSI_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_INCLUDE: Final = f"{{{NS.XOP}}}Include"
_ACTION: Final = f"{{{NS.WSA}}}Action"
_LIST: Final = f"{{{NS.RIM}}}RegistryObjectList"
_HEAD: Final = f"{{{NS.RIM}}}Identifiable"

_MEMBERS: Final = {
    "ExtrinsicObject": "ExtrinsicObjectType",
    "RegistryPackage": "RegistryPackageType",
    "Association": "AssociationType1",
    "Classification": "ClassificationType",
    "ExternalIdentifier": "ExternalIdentifierType",
    "ObjectRef": "ObjectRefType",
}
"""What stands for `rim:Identifiable` in a list of objects, with the type of each."""
_MEMBER_OF_TYPE: Final = {type_: member for member, type_ in _MEMBERS.items()}

_MARK: Final = b"xdsi-sim part: "  # a multiple of three octets: its base64 is a prefix, too
_MARK_IN_XML: Final = base64.b64encode(_MARK).decode()


def connect(address: str, transport: MtomTransport | None = None, **options: Any) -> zeep.Client:
    """A zeep client for the actor at `address`, with transport and plugin of this module.

    `options` are those of `zeep.Client`; plugins among them come after ours.
    """
    plugins = [DocumentSharing(), *options.pop("plugins", ())]
    return zeep.Client(f"{address}?wsdl", transport=transport or MtomTransport(), plugins=plugins, **options)


def read_objects(client: zeep.Client, data: bytes) -> Any:
    """Metadata from a `rim:RegistryObjectList` in XML, in zeep's types, to be looked at, changed and sent.

    Raises ProtocolViolation where `data` is no XML, and what zeep raises where it is no such list.
    """
    objects = parse(data)
    _make_known(objects)
    return client.get_element(_LIST).parse(objects, client.wsdl.types)


class DocumentSharing(zeep.Plugin):
    """Messages as Document Sharing has them, where zeep alone writes or reads them otherwise.

    WS-Addressing: zeep sends Action, MessageID and To; ITI TF-2: V.3 asks for an Action that must be
    understood and for ReplyTo. Metadata: zeep knows no substitution groups. Objects of
    `client.get_type("{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}ExtrinsicObjectType")` and so on are given
    as `Identifiable` and go out under their own names; those that come in are found there with their types.
    """

    def egress(self, envelope: Element, http_headers: Any, _operation: Any, _options: Any) -> tuple[Any, Any]:
        """Complete a message before it is sent."""
        for action in envelope.iter(_ACTION):
            action.set(f"{{{NS.SOAP}}}mustUnderstand", "true")
            header = action.getparent()
            if header is not None and header.find(f"{{{NS.WSA}}}ReplyTo") is None:
                reply_to = etree.SubElement(header, f"{{{NS.WSA}}}ReplyTo")
                etree.SubElement(reply_to, f"{{{NS.WSA}}}Address").text = ANONYMOUS
        for item in _items(envelope):
            type_ = item.get(_XSI_TYPE, "").rpartition(":")[2]
            if item.tag == _HEAD and type_ in _MEMBER_OF_TYPE:
                del item.attrib[_XSI_TYPE]
                item.tag = f"{{{NS.RIM}}}{_MEMBER_OF_TYPE[type_]}"
        return envelope, http_headers

    def ingress(self, envelope: Element, http_headers: Any, _operation: Any) -> tuple[Any, Any]:
        """Make the objects of a message that was received known to zeep."""
        _make_known(envelope)
        return envelope, http_headers


def _items(root: Element) -> list[Element]:
    return [item for objects in root.iter(_LIST) for item in objects]


def _make_known(root: Element) -> None:
    """Say of each object which kind of `rim:Identifiable` it is, instead of by its name."""
    for item in _items(root):
        name = etree.QName(item)
        if name.namespace == NS.RIM and name.localname in _MEMBERS:
            prefix = f"{item.prefix}:" if item.prefix else ""
            item.set(_XSI_TYPE, f"{prefix}{_MEMBERS[name.localname]}")
            item.tag = _HEAD


class MtomTransport(zeep.Transport):
    """Sends documents as parts and messages as their transaction has them; takes MTOM answers apart."""

    def __init__(self, *, keep: Path | None = None, **options: Any) -> None:
        """`options` are those of `zeep.Transport`.

        With `keep`, the parts of answers stay in that folder, a file each, and the value of a `Document` is
        the path of its file (`os.fsdecode` reads it). Else the value is the document, all in memory; one of
        more than 7 MB then needs `zeep.Settings(xml_huge_tree=True)`.
        """
        super().__init__(**options)
        self._keep = keep
        self._attached: dict[str, Content] = {}

    def attach(self, content: bytes | Path | Content) -> bytes:
        """What to give zeep as the value of a base64 element, so that `content` travels as a part.

        A file is read while it is sent. The value is good for one message. Raises FileNotFoundError.
        """
        if isinstance(content, bytes):
            content = BytesContent(content)
        elif isinstance(content, Path):
            content = FileContent.of(content)
        mark = _MARK + new_token().encode()
        self._attached[base64.b64encode(mark).decode()] = content
        return mark

    def post_xml(self, address: str, envelope: Element, headers: dict[str, str]) -> Any:
        """Send an envelope and give the answer as zeep wants it; called by zeep.

        Raises UsageError where a value of `attach` has been sent before, ProtocolViolation where an MTOM
        answer cannot be taken apart, and what `requests` raises.
        """
        marked = [element for element in envelope.iter() if (element.text or "").startswith(_MARK_IN_XML)]
        attachments = Attachments(mtom=_is_mtom(envelope, default=bool(marked)))
        for element in marked:
            self._attach_to(element, attachments)
        response = self.session.post(
            address,
            data=_Body(attachments.body([serialise(envelope)])),
            headers={**headers, "Content-Type": attachments.content_type},
            timeout=self.operation_timeout,
            stream=True,
        )
        with closing(response):
            media = parse_media_type(response.headers.get("Content-Type", ""))
            return self._unpacked(response) if media.type == "multipart/related" else _read(response)

    def _attach_to(self, element: Element, attachments: Attachments) -> None:
        content = self._attached.pop(element.text or "", None)
        if content is None:
            raise UsageError(
                f"the value of {etree.QName(element).localname} was attached to another message",
                hint="Call attach() again for each message.",
            )
        inside = attachments.attach(content)
        element.text = None if inside.startswith(b"<") else inside.decode()
        if element.text is None:
            element.append(parse(inside))

    def _unpacked(self, response: Any) -> _Reply:
        """An MTOM answer as plain SOAP: parts back in, or their paths."""
        with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as temporary:
            package = _received(response, self._keep or Path(temporary))
            root = parse(package.root)
            for include in [*root.iter(_INCLUDE)]:
                self._put_back(include, package)
        headers = {**response.headers, "Content-Type": f"{SOAP_MEDIA_TYPE}; charset=UTF-8"}
        return _Reply(response.status_code, headers, serialise(root))

    def _put_back(self, include: Element, package: Package) -> None:
        element = include.getparent()
        if element is None:
            return
        content = package.content_of(element)
        value = read_all(content) if self._keep is None else os.fsencode(_kept(content, self._keep))
        element.remove(include)
        element.text = base64.b64encode(value).decode()


def _is_mtom(envelope: Element, *, default: bool) -> bool:
    transaction = ACTIONS.get(next((action.text or "" for action in envelope.iter(_ACTION)), ""))
    return default if transaction is None else transaction.mtom


def _received(response: Any, folder: Path) -> Package:
    """The message of a response, large parts as files in `folder`; of half a message nothing stays."""
    reader = PackageReader(response.headers["Content-Type"], folder)
    try:
        for piece in response.iter_content(CHUNK):
            reader.feed(piece)
    except BaseException:
        reader.abandon()
        raise
    return reader.finish()


def _kept(content: Content, folder: Path) -> Path:
    """The part as a file in `folder` that stays: small parts come in memory, large ones in files that go."""
    path = folder / new_token()
    if isinstance(content, FileContent):
        return content.path.rename(path)
    path.write_bytes(read_all(content))
    return path


def _read(response: Any) -> _Reply:
    return _Reply(response.status_code, dict(response.headers), response.content)


@dataclass(frozen=True, slots=True)
class _Reply:
    """What zeep looks at in a response."""

    status_code: int
    headers: dict[str, str]
    content: bytes
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class _Body:
    """A body that `requests` streams, with a Content-Length because it has a length."""

    segments: Sequence[Segment]

    def __len__(self) -> int:
        return body_size(self.segments)

    def __iter__(self) -> Iterator[bytes]:
        return pieces_in(self.segments)
