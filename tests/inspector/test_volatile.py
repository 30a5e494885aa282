from __future__ import annotations

import re

from an_exchange import a_message, an_exchange

from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.volatile import Volatile, uuids_in

ONE, TWO, THREE = (f"urn:uuid:00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
UNIQUE = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">
<s:Header><a:MessageID>urn:uuid:mine</a:MessageID><a:To>http://h/c/registry</a:To></s:Header>
<s:Body><x>%s</x></s:Body></s:Envelope>"""
OBJECT = (
    '<rim:ExtrinsicObject id="%s"><rim:Slot name="submissionTime"><rim:ValueList><rim:Value>20240101'
    f'</rim:Value></rim:ValueList></rim:Slot><rim:ExternalIdentifier id="{THREE}" '
    f'identificationScheme="{UNIQUE}" value="2.999.1"/><p>P1^^^&amp;2.999.2&amp;ISO</p></rim:ExtrinsicObject>'
)


def exchange(body: str, answer: str = "", media: str = "application/soap+xml", more: bytes = b"") -> Exchange:
    return an_exchange(
        request=a_message("POST /c/registry HTTP/1.1", (ENVELOPE % body).encode() + more, Content_Type=media),
        response=a_message("HTTP/1.1 200 OK", (ENVELOPE % answer).encode(), Content_Type=media),
    )


def written(volatile: Volatile, one: Exchange) -> str:
    return volatile.written(one, "registry").decode()


def test_what_is_of_one_message_is_fresh_and_what_others_ask_for_is_a_variable() -> None:
    submitted, asked = exchange(OBJECT % ONE), exchange(f"<v>'{ONE}'</v><v>2.999.1</v><v>2.999.10</v>")
    volatile = Volatile()
    volatile.learn([submitted, asked])
    assert volatile.variables == {
        "uuid1": "${new.uuid}",
        "uid1": "${new.uid}",
        "patient1": "P1^^^&2.999.2&ISO",
    }
    text = written(volatile, submitted)
    assert '<rim:ExtrinsicObject id="${uuid1}">' in text
    assert "<a:MessageID>${new.uuid}</a:MessageID><a:To>${actors.registry.url}</a:To>" in text
    assert "<rim:Value>${new.time}</rim:Value>" in text
    assert '<rim:ExternalIdentifier id="${new.uuid}"' in text
    assert 'value="${uid1}"' in text
    assert "<p>${patient1}</p>" in text
    assert "<v>'${uuid1}'</v><v>${uid1}</v><v>2.999.10</v>" in written(volatile, asked)
    assert volatile.filled("patient P1^^^&2.999.2&ISO") == "patient ${patient1}"


def test_headers_of_the_connection_and_of_ours_stay_behind() -> None:
    request = a_message("GET /c/x HTTP/1.1", b"", Host="h", Accept="a/b", Xdsi_Trace="t", Content_Length="0")
    assert written(Volatile(), an_exchange(request=request)) == "GET /c/x HTTP/1.1\r\nAccept: a/b\r\n\r\n"


def test_the_path_of_a_session_is_left_out() -> None:
    request = a_message("GET /s/acme/c/pacs/s/acme/x HTTP/1.1", b"", Accept="a/b")
    line = written(Volatile(), an_exchange(request=request, session="acme")).partition("\r\n")[0]
    assert line == "GET /c/pacs/s/acme/x HTTP/1.1"


def test_an_id_that_an_answer_names_first_is_captured_where_it_is_asked_for_later() -> None:
    found = '<rim:ExtrinsicObject id="urn:uuid:other"/><rim:ExtrinsicObject id="%s"/><rim:ObjectRef id="%s"/>'
    asking, later = exchange("", found % (ONE, TWO)), exchange(f"<v>{ONE}</v>")
    volatile = Volatile()
    volatile.learn([asking, later])
    assert volatile.captures(asking, uuids_in(later)) == {"found1": "(//rim:ExtrinsicObject/@id)[2]"}
    assert volatile.captures(asking, uuids_in(later)) == {}
    assert "<v>${found1}</v>" in written(volatile, later)


def test_what_stands_in_a_document_stays() -> None:
    media = 'multipart/related; type="application/xop+xml"; boundary=b'

    def parts(content: bytes) -> Exchange:
        body = (
            b"--b\r\nContent-Type: application/xop+xml\r\n\r\n"
            + (ENVELOPE % (OBJECT % ONE)).encode()
            + b"\r\n--b\r\nContent-Type: application/dicom\r\n\r\n"
            + content
            + b"\r\n--b--\r\n"
        )
        return an_exchange(request=a_message("POST /c/registry HTTP/1.1", body, Content_Type=media))

    volatile = Volatile()
    volatile.learn([kept := parts(b"\x00\xff 2.999.1 P1^^^&amp;2.999.2&amp;ISO")])
    assert "uid1" not in volatile.variables
    octets = volatile.written(kept, "registry")
    assert b'value="2.999.1"' in octets
    assert b"\x00\xff 2.999.1 P1^^^&amp;2.999.2&amp;ISO\r\n" in octets


def test_a_reference_in_a_recorded_message_is_none_of_ours() -> None:
    text = written(Volatile(), exchange("<v>${patient} $${x} ${</v>"))
    assert "<v>&#36;{patient} $&#36;{x} &#36;{</v>" in text


def test_ids_and_times_of_hl7_are_fresh() -> None:
    body = (
        '<PRPA xmlns="urn:hl7-org:v3"><id root="2.999.9" extension="m-1"/>'
        '<creationTime value="20240101120000"/></PRPA>'
    )
    text = written(Volatile(), exchange(body))
    assert re.search(r'root="2\.999\.9" extension="\$\{new\.uid\}"', text)
    assert 'creationTime value="${new.time}"' in text


def test_what_is_no_xml_is_written_as_it_is() -> None:
    request = a_message("POST /c/x HTTP/1.1", b"\xff<broken", Content_Type="application/soap+xml")
    volatile = Volatile()
    volatile.learn([odd := an_exchange(request=request, response=None)])
    assert volatile.written(odd, "x").endswith(b"\r\n\r\n\xff<broken")
    assert volatile.captures(odd, {ONE}) == {}
