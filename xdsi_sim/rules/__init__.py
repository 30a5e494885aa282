"""What a message must keep to: one function a rule, with its id, its source and its error code.

Rules never raise, never look outside their subject and never decide the answer. `registry` holds the
machinery, `transactions` the table of which rules hold where.
"""
