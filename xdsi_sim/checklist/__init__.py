"""The adoption checklist for sharing imaging across sites, and what of it a deployment keeps."""
