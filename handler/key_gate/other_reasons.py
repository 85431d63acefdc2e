"""Why a text is refused that is no OpenSSH RSA public key: every reason with its sentences."""

from __future__ import annotations

from handler.key_gate.reasons import NEW_KEY, WHOLE_LINE, Reason
from handler.sentence import Sentence

_MAKE_RSA = Sentence("Make an RSA key beside the one that you have. {new_key}", new_key=NEW_KEY)

PEM_PUBLIC = Reason(
    "pem",
    Sentence("The text is a public key in PEM form, not in OpenSSH's one-line form."),
    Sentence("Convert it with `ssh-keygen -i -m PKCS8 -f FILE` and send the line that it prints."),
)

PEM_RSA = Reason(
    "pem",
    Sentence("The text is an RSA public key in PKCS#1 PEM form, not in OpenSSH's one-line form."),
    Sentence("Convert it with `ssh-keygen -i -m PEM -f FILE` and send the line that it prints."),
)

PEM_CERTIFICATE = Reason(
    "pem",
    Sentence("The text is an X.509 certificate or a request for one, not an OpenSSH public key."),
    Sentence(
        "If its key is really the one to import, take it out with `openssl x509 -in FILE -noout -pubkey"
        " > key.pem` (`openssl req` for a request), convert that with `ssh-keygen -i -m PKCS8 -f key.pem`,"
        " and send the line that it prints."
    ),
)

PEM_PGP = Reason(
    "pem",
    Sentence("The text is a PGP public key, not an OpenSSH public key."),
    Sentence(
        "Print an RSA key of it in OpenSSH's form with `gpg --export-ssh-key KEYID` and send that line."
    ),
)

PEM_OTHER = Reason(
    "pem",
    Sentence("The text is a block between BEGIN and END lines, not an OpenSSH public key on one line."),
    Sentence(
        "If you have the matching OpenSSH key, send the one line in its `.pub` file; a PEM public key can"
        " be converted with `ssh-keygen -i -m PKCS8 -f FILE`."
    ),
)

PEM_BARE = Reason(
    "pem",
    Sentence("The text is the inside of a PEM file, base64 of DER, not an OpenSSH public key."),
    Sentence(
        "Convert the whole PEM file with `ssh-keygen -i -m PKCS8 -f FILE` and send the line that it prints."
    ),
)

SSH2 = Reason(
    "ssh2",
    Sentence("The text is a public key in SSH2 form (RFC 4716), as PuTTYgen's `Save public key` writes it."),
    Sentence(
        "Convert it with `ssh-keygen -i -f FILE` and send the line that it prints, or copy the line that"
        " PuTTYgen shows as `Public key for pasting into OpenSSH authorized_keys file`."
    ),
)

CERTIFICATE = Reason(
    "certificate",
    Sentence("The text is an OpenSSH certificate, that is a signed key, not the plain key."),
    Sentence("Send the RSA key that the certificate was made for: the `.pub` file whose name lacks `-cert`."),
)

ED25519 = Reason(
    "wrong-algorithm",
    Sentence("The key is an Ed25519 key; Tencent Cloud only supports RSA keys."),
    _MAKE_RSA,
)

ECDSA = Reason(
    "wrong-algorithm",
    Sentence("The key is an ECDSA key; Tencent Cloud only supports RSA keys."),
    _MAKE_RSA,
)

DSA = Reason(
    "wrong-algorithm",
    Sentence(
        "The key is a DSA key, which OpenSSH has given up as unsafe; Tencent Cloud only supports RSA keys."
    ),
    _MAKE_RSA,
)

SECURITY_KEY = Reason(
    "wrong-algorithm",
    Sentence("The key is kept on a FIDO security key; Tencent Cloud only supports RSA keys."),
    _MAKE_RSA,
)

SIGNATURE_NAME = Reason(
    "wrong-algorithm",
    Sentence("The first word names a way of signing with an RSA key, not a type of key."),
    Sentence("If it is an RSA key, its `.pub` file begins with `ssh-rsa`: send that line unchanged."),
)

OTHER_ALGORITHM = Reason(
    "wrong-algorithm",
    Sentence("The key is not an RSA key; Tencent Cloud only supports RSA keys."),
    _MAKE_RSA,
)

OPTIONS = Reason(
    "options",
    Sentence("Options of an authorized_keys file stand before the key; a key pair cannot carry them."),
    Sentence("Send the line from `ssh-rsa` on, without the text before it."),
)

KNOWN_HOSTS = Reason(
    "known-hosts",
    Sentence(
        "The text comes from a known_hosts file: it names a server and holds the server's key, not yours."
    ),
    Sentence("Send your own public key: the one line in your key's `.pub` file."),
)

FINGERPRINT = Reason(
    "fingerprint",
    Sentence("The text is the fingerprint of a key. The key itself cannot be computed from it."),
    Sentence("Send the key itself: the one line in its `.pub` file."),
)

FILE_PATH = Reason(
    "file-path",
    Sentence("The text is the name or the address of a file; the key itself is not in it."),
    Sentence(
        "Open the `.pub` file and send its one line: `type FILE` shows it on Windows, `cat FILE` elsewhere."
    ),
)

PPK_PATH = Reason(
    "file-path",
    Sentence(
        "The text is the name of a `.ppk` file, in which PuTTY keeps a private key; the public key is not in"
        " the text."
    ),
    Sentence(
        "Load the file in PuTTYgen, and send the line under `Public key for pasting into OpenSSH"
        " authorized_keys file`; never send the `.ppk` file itself."
    ),
)

OTHER_FORMAT = Reason(
    "not-a-key",
    Sentence("The text is a key in XML, not an OpenSSH public key."),
    WHOLE_LINE,
)

JWK = Reason(
    "not-a-key",
    Sentence("The text is a JSON Web Key, not an SSH public key."),
    WHOLE_LINE,
)
