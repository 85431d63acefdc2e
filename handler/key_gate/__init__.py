"""The key gate: text in, one OpenSSH RSA public key or the precise reason why not out."""
