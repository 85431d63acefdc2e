"""Why a text is refused as a key: every reason with its sentences, in the sender's terms.

A reason has one slug and one or more variants, because a padded base64 and a foreign letter in it
are the same kind of fault but not the same advice. No sentence holds any part of what was sent;
the only values filled in are counts (`{count}`, `{bits}`, `{minimum}`, `{advised}`).

Those of sound form and unsafe numbers are in `weak_reasons`. `docs/problems.md`, which is made from
both modules, shows each variant with an example.
"""

from __future__ import annotations

from typing import NamedTuple

from handler import problems

# Ed25519 is what most people have, and ImportKeyPair takes RSA alone
# (https://cloud.tencent.com/document/api/213/15703), so the advice is a second key beside the first.
NEW_KEY = (
    "`ssh-keygen -t rsa -b 3072 -f ~/.ssh/id_rsa_tencent`, and send the one line in"
    " `~/.ssh/id_rsa_tencent.pub`."
)
_MAKE_RSA = "Make an RSA key beside the one you have: " + NEW_KEY
_WHOLE_LINE = "Send the one line in your key's `.pub` file, whole and unchanged."
_COPY_AGAIN = (
    "Copy the line again from your key's `.pub` file, best straight out of the file (`pbcopy < FILE`,"
    " `xclip -sel clip < FILE` or `clip < FILE`), not out of a chat, a page or a terminal window."
)


class Reason(NamedTuple):
    """One way of not being a usable key: its slug, what happened and what to do about it."""

    slug: str
    detail: str
    remedy: str
    kind: type[problems.InvalidPublicKey] | type[problems.WeakPublicKey] = problems.InvalidPublicKey

    def problem(self, **counts: int | str) -> problems.InvalidPublicKey | problems.WeakPublicKey:
        """Return the problem to raise, with the counts that the sentences ask for filled in."""
        return self.kind(self.detail.format(**counts), self.remedy.format(**counts), reason=self.slug)


EMPTY = Reason("empty", "There is no key in the text: it is empty or only blanks.", _WHOLE_LINE)

TOO_LONG = Reason(
    "too-long",
    "The text is over 16,384 characters long, and the longest RSA key takes under 3,000.",
    "Send one public key alone: the one line in its `.pub` file.",
)

PRIVATE_KEY = Reason(
    "private-key",
    "The text holds a private key or a part of one, which must never leave the machine it was made on."
    " It was refused without being stored, logged or passed on.",
    "Treat this key as leaked: remove its public half wherever it gives access, and delete it. Then make"
    " a new one: " + NEW_KEY,
)

MULTIPLE_KEYS = Reason(
    "multiple-keys",
    "The text holds more than one key.",
    "Send each key in a request of its own (or as an item of its own), each with its own key name.",
)

WRAPPED = Reason(
    "wrapped",
    "The key is broken into several pieces by line ends or blanks, as terminals and mail programs do.",
    "Send the key as the single line that it is in the `.pub` file: copy it out of the file, or join"
    " the pieces without anything between them.",
)

PEM_PUBLIC = Reason(
    "pem",
    "The text is a public key in PEM form, not in OpenSSH's one-line form.",
    "Convert it with `ssh-keygen -i -m PKCS8 -f FILE` and send the line that it prints.",
)
PEM_RSA = Reason(
    "pem",
    "The text is an RSA public key in PKCS#1 PEM form, not in OpenSSH's one-line form.",
    "Convert it with `ssh-keygen -i -m PEM -f FILE` and send the line that it prints.",
)
PEM_CERTIFICATE = Reason(
    "pem",
    "The text is an X.509 certificate or a request for one, not an OpenSSH public key.",
    "If its key is really the one to import, take it out with `openssl x509 -in FILE -noout -pubkey"
    " > key.pem` (`openssl req` for a request), convert that with `ssh-keygen -i -m PKCS8 -f key.pem`,"
    " and send the line that it prints.",
)
PEM_PGP = Reason(
    "pem",
    "The text is a PGP public key, not an OpenSSH public key.",
    "Print an RSA key of it in OpenSSH's form with `gpg --export-ssh-key KEYID` and send that line.",
)
PEM_OTHER = Reason(
    "pem",
    "The text is a block between BEGIN and END lines, not an OpenSSH public key on one line.",
    "If you have the matching OpenSSH key, send the one line in its `.pub` file; a PEM public key can"
    " be converted with `ssh-keygen -i -m PKCS8 -f FILE`.",
)
PEM_BARE = Reason(
    "pem",
    "The text is the inside of a PEM file, base64 of DER, not an OpenSSH public key.",
    "Convert the whole PEM file with `ssh-keygen -i -m PKCS8 -f FILE` and send the line that it prints.",
)

SSH2 = Reason(
    "ssh2",
    "The text is a public key in SSH2 form (RFC 4716), as PuTTYgen's `Save public key` writes it.",
    "Convert it with `ssh-keygen -i -f FILE` and send the line that it prints, or copy the line that"
    " PuTTYgen shows as `Public key for pasting into OpenSSH authorized_keys file`.",
)

CERTIFICATE = Reason(
    "certificate",
    "The text is an OpenSSH certificate, a key signed by somebody, and not the plain key itself.",
    "Send the RSA key that the certificate was made for: the `.pub` file whose name lacks `-cert`.",
)

ED25519 = Reason(
    "wrong-algorithm",
    "The key is an Ed25519 key; Tencent Cloud imports RSA keys alone.",
    _MAKE_RSA,
)
ECDSA = Reason(
    "wrong-algorithm",
    "The key is an ECDSA key; Tencent Cloud imports RSA keys alone.",
    _MAKE_RSA,
)
DSA = Reason(
    "wrong-algorithm",
    "The key is a DSA key, which OpenSSH has given up as unsafe; Tencent Cloud imports RSA keys alone.",
    _MAKE_RSA,
)
SECURITY_KEY = Reason(
    "wrong-algorithm",
    "The key lives on a FIDO security key; Tencent Cloud imports RSA keys alone.",
    _MAKE_RSA,
)
SIGNATURE_NAME = Reason(
    "wrong-algorithm",
    "The first word names a way of signing with an RSA key, not a type of key.",
    "If it is an RSA key, its `.pub` file begins with `ssh-rsa`: send that line unchanged.",
)
OTHER_ALGORITHM = Reason(
    "wrong-algorithm",
    "The key is not an RSA key; Tencent Cloud imports RSA keys alone.",
    _MAKE_RSA,
)

OPTIONS = Reason(
    "options",
    "Options of an authorized_keys file stand before the key; a key pair cannot carry them.",
    "Send the line from `ssh-rsa` on, without what stands before it.",
)

KNOWN_HOSTS = Reason(
    "known-hosts",
    "The text comes from a known_hosts file: it names a server and holds the server's key, not yours.",
    "Send your own public key: the one line in your key's `.pub` file.",
)

BARE_BLOB = Reason(
    "bare-blob",
    "The text is the data of an RSA key without the word `ssh-rsa` before it.",
    "Put `ssh-rsa` and one blank in front of it, or send the whole line in the `.pub` file.",
)

FINGERPRINT = Reason(
    "fingerprint",
    "The text is the fingerprint of a key. It names a key, but the key cannot be had from it.",
    "Send the key itself: the one line in its `.pub` file.",
)

FILE_PATH = Reason(
    "file-path",
    "The text says where a key is kept; the key itself is not in it.",
    'Send what is in the `.pub` file: `cat` prints it, and a shell puts it in place of `"$(cat FILE)"`.',
)

QUOTED = Reason(
    "paste-damage",
    "Quotation marks, brackets or other marks stand around the key.",
    "Send the key without them, from `ssh-rsa` to the end of the line.",
)
INVISIBLE = Reason(
    "paste-damage",
    "Characters that cannot be seen are between or in the parts of the key: a byte order mark, a"
    " no-break or zero-width space, or a control character.",
    _COPY_AGAIN,
)
TYPOGRAPHIC = Reason(
    "paste-damage",
    "A word processor or a keyboard has replaced plain characters of the key by similar ones.",
    _COPY_AGAIN,
)
CAPITALS = Reason(
    "paste-damage",
    "The first word is not in small letters; phones and word processors like to change that.",
    "Write it as `ssh-rsa`, exactly so, and make sure that nothing else was changed.",
)
URL_ENCODED = Reason(
    "paste-damage",
    "The key is URL-encoded: blanks or signs in it have become percent or plus signs.",
    "Send the key as it stands in its `.pub` file; JSON needs no such encoding.",
)
HTML_ENCODED = Reason(
    "paste-damage",
    "The key went through a web page: characters in it have become HTML entities.",
    _COPY_AGAIN,
)
ESCAPED = Reason(
    "paste-damage",
    "The key is escaped once too often: backslashes stand in it where line ends or signs were.",
    "Send the key's line without escapes; let a JSON library, or `jq -Rn --rawfile k FILE '$k'`, build"
    " the request.",
)
ENCODED_TWICE = Reason(
    "paste-damage",
    "The whole line of the key has been encoded in base64 once more.",
    "Decode it once with `base64 -d` and send the line that comes out.",
)
ELLIPSIS = Reason(
    "paste-damage",
    "The middle or the end of the key has been left out and replaced by dots.",
    _WHOLE_LINE,
)
EXTRA_TEXT = Reason(
    "paste-damage",
    "There is more in the text than the key: other words or lines stand around it.",
    "Send the key's line alone, from `ssh-rsa` to the end of the line.",
)
DAMAGED_TYPE = Reason(
    "paste-damage",
    "The data of a key can be made out, but the word `ssh-rsa` and the one blank before it are damaged.",
    _COPY_AGAIN,
)
DAMAGED_START = Reason(
    "paste-damage",
    "The first characters of the key's data have been lost or changed on the way.",
    _COPY_AGAIN,
)

FOREIGN_CHARACTER = Reason(
    "bad-base64",
    "The key's data holds a character that base64 does not have.",
    _COPY_AGAIN,
)
URL_SAFE = Reason(
    "bad-base64",
    "The key's data is in the URL-safe kind of base64, with `-` and `_` for `+` and `/`.",
    "Write `+` for every `-` and `/` for every `_` in the data, or send the line in the `.pub` file.",
)
INNER_PADDING = Reason(
    "bad-base64",
    "Equals signs, which end base64, stand in the middle of the key's data or too many at its end.",
    _COPY_AGAIN,
)
MISSING_PADDING = Reason(
    "bad-base64",
    "The end of the key's data does not come out even: a last character or an equals sign is missing"
    " or too many.",
    _COPY_AGAIN,
)
UNUSED_BITS = Reason(
    "bad-base64",
    "The last character of the key's data is one that no encoder writes there, so it was changed.",
    _COPY_AGAIN,
)

NO_DATA = Reason(
    "truncated",
    "The text ends before the key's data begins.",
    _WHOLE_LINE,
)
TRUNCATED = Reason(
    "truncated",
    "The key's data is cut off: it ends {count} early.",
    "Copy the whole line of the `.pub` file; it may be longer than the window shows.",
)
TRUNCATED_EARLY = Reason(
    "truncated",
    "The key's data is cut off near its beginning: it ends at least {count} early.",
    TRUNCATED.remedy,
)

BAD_LENGTH = Reason(
    "truncated",
    "A length inside the key's data promises far more than there is: data was cut off or changed.",
    TRUNCATED.remedy,
)

TRAILING_DATA = Reason(
    "trailing-data",
    "The key's data goes on for {count} after the key has ended, as when text was pasted twice.",
    _WHOLE_LINE,
)

TYPE_MISMATCH = Reason(
    "type-mismatch",
    "The line says `ssh-rsa`, but the data after it names another type of key.",
    "One of the two was changed by hand: send the line as `ssh-keygen` wrote it to the `.pub` file.",
)
TYPE_MISMATCH_OUTER = Reason(
    "type-mismatch",
    "The first word names another type of key than the data after it.",
    TYPE_MISMATCH.remedy,
)

NEGATIVE = Reason(
    "bad-integer",
    "A number in the key's data is negative, which no RSA key has; the data was changed or badly made.",
    "Send the line as `ssh-keygen` wrote it; `ssh-keygen -y -f PRIVATE_KEY_FILE` prints it anew.",
)
ZERO_PADDED = Reason(
    "bad-integer",
    "A number in the key's data begins with surplus zeros, which RFC 4251 forbids: programs would"
    " disagree about the key's fingerprint.",
    NEGATIVE.remedy,
)
ZERO = Reason(
    "bad-integer",
    "The modulus in the key's data is empty.",
    NEGATIVE.remedy,
)

BAD_COMMENT = Reason(
    "bad-comment",
    "The comment after the key's data holds characters that cannot be seen, that change how text is"
    " shown, or that are no characters at all.",
    "Leave the comment out: everything after the second word. The key works without it.",
)

NOT_KEY_DATA = Reason(
    "not-a-key",
    "What follows the word `ssh-rsa` is not the data of an SSH key.",
    _WHOLE_LINE,
)
OTHER_FORMAT = Reason(
    "not-a-key",
    "The text is a key of another world (a JSON Web Key or XML), not an OpenSSH public key.",
    _WHOLE_LINE,
)
NOT_A_KEY = Reason(
    "not-a-key",
    "The text is not a public key that can be recognised.",
    "Send the one line in your key's `.pub` file; it begins with `ssh-rsa`. If you have none, make one: "
    + NEW_KEY,
)
SECOND_OPINION = Reason(
    "not-a-key",
    "Two independent readers disagree about this key, so it is not safe to say which key it is.",
    "Make another key: " + NEW_KEY,
)
