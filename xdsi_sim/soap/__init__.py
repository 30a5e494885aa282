"""Bytes to message and back: MIME, SOAP 1.2, WS-Addressing, faults. Nothing here opens a socket."""
