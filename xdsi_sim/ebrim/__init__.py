"""Document Sharing metadata and its ebRIM 3.0 form (ITI TF-3: 4.2). Knows nothing of SOAP."""
