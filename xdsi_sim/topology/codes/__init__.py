"""The codes of an affinity domain, read from files: one form a module, each gives `AllowedCode`s.

Whatever is wrong with a file is a UsageError that points at the place.
"""
