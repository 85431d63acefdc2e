"""The key gate: it takes a text and returns one OpenSSH RSA public key, or the precise reason why not."""
