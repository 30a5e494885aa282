"""The Spyne side: one service class a port type, and the protocol that hosts our own codecs.

Nothing else imports Spyne; `compat` is imported before anything of it.
"""
