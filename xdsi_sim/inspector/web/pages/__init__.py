"""The pages, one subject a module: each takes what is inspected and what is asked, and gives an answer."""
