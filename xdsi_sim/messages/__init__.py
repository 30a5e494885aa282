"""Request and response of each transaction as values, and their codecs.

A codec reads from the element of the SOAP body and writes pieces of bytes; documents stay contents.
"""
