"""Secrets out of the environment variables that the callers file names."""

from __future__ import annotations

from handler.callers.node import Rule
from handler.problems import Misconfigured
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Variables of the runtime and of this function, which hold no secret of a caller.
_OWN = (
    "PATH|HOME|USER|USERNAME|LOGNAME|PWD|OLDPWD|SHELL|SHLVL|TERM|LANG|LANGUAGE|TZ|TMPDIR|HOSTNAME|MAIL"
    "|BASE_PATH|CALLERS_FILE|DEFAULT_REGION|LOG_LEVEL|MIN_RSA_BITS|PROBLEM_BASE_URL|TIME_BUDGET_MS"
    "|INVITATION_SECRETS|PAGE_URL|PAGE_ORIGINS|[A-Z]+_ENDPOINT"
)

#: SCF sets variables with these prefixes itself and refuses them from users, as it does names that
#: do not start with a letter (https://www.tencentcloud.com/document/product/583/32748). A name like
#: `whsec_...` is a secret that was put where the name of its variable belongs.
NAME = Rule(
    rf"(?!SCF_|QCLOUD_|TENCENTCLOUD_|PYTHON|LC_|LD_|whsec_|(?:{_OWN})(?![\s\S]))[A-Za-z][A-Za-z0-9_]{{0,63}}",
    Sentence(
        "the name of an environment variable that holds a secret: 1 to 64 of A-Z, a-z, 0-9 and _, a letter"
        " first, not starting SCF_, QCLOUD_, TENCENTCLOUD_, PYTHON, LC_, LD_ or whsec_, and none that the"
        " runtime or"
        " this function has a use for, such as PATH or LOG_LEVEL"
    ),
)

#: The most secrets, hashes or public keys that one caller may have at a time; a rotation needs two.
MOST = 8


def secrets(
    names: tuple[str, ...],
    owner: str,
    environ: Mapping[str, str],
    decode: Callable[[str], bytes | None],
    form: str,
) -> tuple[bytes, ...]:
    """Return the secrets that these variables hold; those that are unset or empty are skipped.

    Args:
        names: the variables, in the order of the file.
        owner: the caller, for the sentence of a refusal.
        environ: the environment of this invocation.
        decode: makes bytes of a variable's text, or None where it has the wrong form.
        form: what the text must be, in words.

    Raises:
        Misconfigured: none is set, or one has the wrong form; no value is repeated.
    """
    secrets: list[bytes] = []
    for name in names:
        text = environ.get(name, "")
        if not text:
            continue
        secret = decode(text)
        if secret is None:
            raise Misconfigured(
                Sentence(
                    "{owner}: the environment variable {name} must hold {form}.",
                    owner=owner,
                    name=name,
                    form=form,
                )
            )
        secrets.append(secret)
    if not secrets:
        raise Misconfigured(
            Sentence("{owner}: {unset}; it must hold {form}.", owner=owner, unset=_unset(names), form=form)
        )
    return tuple(secrets)


def visible_ascii(shortest: int) -> Callable[[str], bytes | None]:
    """Return a decoder for secrets of visible ASCII with at least this many characters.

    No platform makes a secret with a blank in it, or a shorter one.
    """

    def decode(text: str) -> bytes | None:
        is_visible = text.isascii() and text.isprintable() and " " not in text
        return text.encode("ascii") if is_visible and len(text) >= shortest else None

    return decode


def _unset(names: tuple[str, ...]) -> str:
    # Only names in upper case are shown: somebody may have written a secret where its name belongs.
    known = ", ".join(name for name in names if name.isupper()) or Sentence("that its auth names")
    if len(names) == 1:
        return Sentence("the environment variable {name} is not set", name=known)
    return Sentence("none of the environment variables {names} is set", names=known)
