"""DICOMweb as values: a request in, an answer out. Nothing here knows a socket, a thread or Twisted."""
