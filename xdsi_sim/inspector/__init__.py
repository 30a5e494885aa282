"""The exchange log for people: lists, messages in full, captures, and requests sent again."""
