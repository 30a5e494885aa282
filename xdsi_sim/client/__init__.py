"""Twisted, outgoing: one client for all SOAP transactions and one for DICOMweb."""
