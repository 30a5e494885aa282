"""FHIR R4 as MHD uses it: resources as JSON values, and the tables that tie them to metadata."""
