"""Systems under test: what a vendor says of one, the suites of tests for its roles, and their verdict."""
