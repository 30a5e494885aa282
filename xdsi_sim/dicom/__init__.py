"""DICOM: studies, manifests, the JSON model, and the metadata that follows from them.

This file imports nothing: reading DICOM files costs a quarter of a second of imports, and a server
that only keeps an index need not pay it at start.
"""
