"""Invitations: one person may hand in one key under one name, without credentials of their own.

Nothing is stored. A key name is unique in CVM, so the first key wins, the same key again is
`unchanged`, and another key is `key-name-conflict`.
"""
