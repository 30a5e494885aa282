"""Twisted, incoming: HTTP front, SOAP and DICOMweb resources, start and stop."""
