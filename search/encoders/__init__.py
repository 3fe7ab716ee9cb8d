"""Encoders, a file per kind; `search.encoder` says what they have in common and chooses one."""
