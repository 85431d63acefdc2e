"""Why a text is refused as a key: every reason with its sentences, in the sender's terms.

A reason has one slug and one or more variants, because a padded base64 and a foreign letter in it
are the same kind of fault but not the same advice. No sentence holds any part of what was sent;
the only values filled in are counts (`{count}`, `{bits}`, `{minimum}`, `{advised}`).

Texts that are something else than such a key are in `other_reasons`, keys of sound form and unsafe numbers
in `weak_reasons`. `docs/problems.md` is made from the three modules and shows each variant with an example.
"""

from __future__ import annotations

from handler import problems
from handler.record import NamedTuple
from handler.sentence import Sentence

# Ed25519 is what most people have, and ImportKeyPair takes RSA alone
# (https://cloud.tencent.com/document/api/213/15703), so the advice is a second key beside the first.
# The commands work in sh, in cmd and in PowerShell: cmd knows no `~`, PowerShell no `<`.
NEW_KEY = Sentence(
    "Run `ssh-keygen -t rsa -b 3072 -f id_rsa_tencent` and send the one line in the file"
    " `id_rsa_tencent.pub`, which it makes in the current folder."
)
WHOLE_LINE = Sentence("Send the one line in your key's `.pub` file, whole and unchanged.")
_COPY_AGAIN = Sentence(
    "Copy the line again from your key's `.pub` file, best with a command (`type FILE | clip` on Windows,"
    " `pbcopy < FILE` on a Mac, `xclip -sel clip < FILE` on Linux), not out of a chat, a page or a terminal"
    " window."
)


class Reason(NamedTuple):
    """One way of not being a usable key: its slug, what happened and what to do about it."""

    slug: str
    detail: Sentence
    remedy: Sentence
    kind: type[problems.InvalidPublicKey] | type[problems.WeakPublicKey] = problems.InvalidPublicKey

    def problem(self, **counts: int | str) -> problems.InvalidPublicKey | problems.WeakPublicKey:
        """Return the problem to raise, with the counts that the sentences ask for filled in."""
        return self.kind(self.detail.filled(**counts), self.remedy.filled(**counts), reason=self.slug)


EMPTY = Reason("empty", Sentence("There is no key in the text: it is empty or only blanks."), WHOLE_LINE)

TOO_LONG = Reason(
    "too-long",
    Sentence("The text is over 16,384 characters long, and the longest RSA key takes under 3,000."),
    Sentence("Send one public key alone: the one line in its `.pub` file."),
)

PRIVATE_KEY = Reason(
    "private-key",
    Sentence(
        "The text holds a private key or a part of one, which must never leave the machine it was made on."
        " It was refused without being stored, logged or passed on."
    ),
    Sentence(
        "Treat this key as leaked: remove its public half wherever it gives access, and delete it. Then make"
        " a new one. {new_key}",
        new_key=NEW_KEY,
    ),
)

MULTIPLE_KEYS = Reason(
    "multiple-keys",
    Sentence("The text holds more than one key."),
    Sentence("Send each key in a request of its own (or as an item of its own), each with its own key name."),
)

WRAPPED = Reason(
    "wrapped",
    Sentence(
        "The key is broken into several pieces by line ends or blanks, as terminals and mail programs do."
    ),
    Sentence(
        "Send the key as the single line that it is in the `.pub` file: copy it out of the file, or join"
        " the pieces without anything between them."
    ),
)

WRAPPED_IN_MAIL = Reason(
    "wrapped",
    Sentence("A mail program has broken the key into several lines and put marks before them."),
    Sentence("Copy the one line from your key's `.pub` file, not from the mail."),
)

BARE_BLOB = Reason(
    "bare-blob",
    Sentence("The text is the data of an RSA key without the word `ssh-rsa` before it."),
    Sentence("Put `ssh-rsa` and one blank in front of it, or send the whole line in the `.pub` file."),
)

QUOTED = Reason(
    "paste-damage",
    Sentence("Quotation marks, brackets or other marks stand around the key."),
    Sentence("Send the key without them, from `ssh-rsa` to the end of the line."),
)
INVISIBLE = Reason(
    "paste-damage",
    Sentence(
        "Characters that cannot be seen are between or in the parts of the key: a byte order mark, a"
        " no-break or zero-width space, or a control character."
    ),
    _COPY_AGAIN,
)
FULL_WIDTH = Reason(
    "paste-damage",
    Sentence("The key has full-width characters."),
    Sentence("Switch the input method to half width, and copy the line again from your key's `.pub` file."),
)
TYPOGRAPHIC = Reason(
    "paste-damage",
    Sentence("A word processor or a keyboard has replaced plain characters of the key by similar ones."),
    _COPY_AGAIN,
)
CAPITALS = Reason(
    "paste-damage",
    Sentence("The first word is not in small letters; phones and word processors like to change that."),
    Sentence("Write it as `ssh-rsa`, exactly so, and make sure that nothing else was changed."),
)
URL_ENCODED = Reason(
    "paste-damage",
    Sentence("The key is URL-encoded: blanks or signs in it have become percent or plus signs."),
    Sentence("Send the key as it stands in its `.pub` file; JSON needs no such encoding."),
)
HTML_ENCODED = Reason(
    "paste-damage",
    Sentence("The key went through a web page: characters in it have become HTML entities."),
    _COPY_AGAIN,
)
ESCAPED = Reason(
    "paste-damage",
    Sentence(
        "The key is escaped once too often: it has backslashes where it had line ends or other characters."
    ),
    Sentence(
        "Send the key's line without escapes; let a JSON library, or `jq -Rn --rawfile k FILE '$k'`, build"
        " the request."
    ),
)
ENCODED_TWICE = Reason(
    "paste-damage",
    Sentence("The whole line of the key has been encoded in base64 once more."),
    Sentence("Decode it once with `base64 -d` and send the line that comes out."),
)
ELLIPSIS = Reason(
    "paste-damage",
    Sentence("The middle or the end of the key has been left out and replaced by dots."),
    WHOLE_LINE,
)
WORDS_BEFORE = Reason(
    "paste-damage",
    Sentence("There are words before the key."),
    Sentence("Send the line from `ssh-rsa` on, without the text before it."),
)
EXTRA_TEXT = Reason(
    "paste-damage",
    Sentence("There is more in the text than the key: other words or lines stand around it."),
    Sentence("Send the key's line alone, from `ssh-rsa` to the end of the line."),
)
DAMAGED_TYPE = Reason(
    "paste-damage",
    Sentence("The key's data is there, but the word `ssh-rsa` or the blank before the data is damaged."),
    _COPY_AGAIN,
)
DAMAGED_START = Reason(
    "paste-damage",
    Sentence("The first characters of the key's data have been lost or changed on the way."),
    _COPY_AGAIN,
)

FOREIGN_CHARACTER = Reason(
    "bad-base64",
    Sentence("The key's data holds a character that base64 does not have."),
    _COPY_AGAIN,
)
URL_SAFE = Reason(
    "bad-base64",
    Sentence("The key's data is in the URL-safe kind of base64, with `-` and `_` for `+` and `/`."),
    Sentence(
        "Write `+` for every `-` and `/` for every `_` in the data, or send the line in the `.pub` file."
    ),
)
INNER_PADDING = Reason(
    "bad-base64",
    Sentence("Equals signs, which end base64, stand in the middle of the key's data or too many at its end."),
    _COPY_AGAIN,
)
MISSING_PADDING = Reason(
    "bad-base64",
    Sentence(
        "The key's data does not have the right length: at its end a character or an equals sign is missing"
        " or too many."
    ),
    _COPY_AGAIN,
)
UNUSED_BITS = Reason(
    "bad-base64",
    Sentence("The last character of the key's data cannot be right, so it was changed."),
    _COPY_AGAIN,
)

NO_DATA = Reason(
    "truncated",
    Sentence("The text ends before the key's data begins."),
    WHOLE_LINE,
)
TRUNCATED = Reason(
    "truncated",
    Sentence("The key's data is cut off: it ends {count} early."),
    Sentence("Copy the whole line of the `.pub` file; it may be longer than the window shows."),
)
TRUNCATED_EARLY = Reason(
    "truncated",
    Sentence("The key's data is cut off near its beginning: it ends at least {count} early."),
    TRUNCATED.remedy,
)

BAD_LENGTH = Reason(
    "truncated",
    Sentence("A length inside the key's data is far larger than the data: it was cut off or changed."),
    TRUNCATED.remedy,
)

TRAILING_DATA = Reason(
    "trailing-data",
    Sentence("The key's data goes on for {count} after the key has ended, as when text was pasted twice."),
    WHOLE_LINE,
)

TYPE_MISMATCH = Reason(
    "type-mismatch",
    Sentence("The line says `ssh-rsa`, but the data after it names another type of key."),
    Sentence(
        "One of the two was changed by hand: send the line as `ssh-keygen` wrote it to the `.pub` file."
    ),
)
TYPE_MISMATCH_OUTER = Reason(
    "type-mismatch",
    Sentence("The first word names another type of key than the data after it."),
    TYPE_MISMATCH.remedy,
)

NEGATIVE = Reason(
    "bad-integer",
    Sentence(
        "A number in the key's data is negative, which no RSA key has; the data was changed or badly made."
    ),
    Sentence("Send the line as `ssh-keygen` wrote it; `ssh-keygen -y -f PRIVATE_KEY_FILE` prints it anew."),
)
ZERO_PADDED = Reason(
    "bad-integer",
    Sentence(
        "A number in the key's data begins with surplus zeros, which RFC 4251 forbids: programs would"
        " disagree about the key's fingerprint."
    ),
    NEGATIVE.remedy,
)
ZERO = Reason(
    "bad-integer",
    Sentence("The modulus in the key's data is empty."),
    NEGATIVE.remedy,
)

BAD_COMMENT = Reason(
    "bad-comment",
    Sentence(
        "The comment after the key's data holds characters that cannot be seen, that change how text is"
        " shown, or that are no characters at all."
    ),
    Sentence("Leave the comment out: everything after the second word. The key works without it."),
)

NOT_KEY_DATA = Reason(
    "not-a-key",
    Sentence("What follows the word `ssh-rsa` is not the data of an SSH key."),
    WHOLE_LINE,
)
NOT_A_KEY = Reason(
    "not-a-key",
    Sentence("The text is not a public key that can be recognised."),
    Sentence(
        "Send the one line in your key's `.pub` file; it begins with `ssh-rsa`. If you have none, make one."
        " {new_key}",
        new_key=NEW_KEY,
    ),
)
SECOND_OPINION = Reason(
    "not-a-key",
    Sentence("Two programs read this key differently, so it is not safe to import it."),
    Sentence("Make another key. {new_key}", new_key=NEW_KEY),
)
