"""The secret of the sending caller, from the environment, and the headers that it adds to a request."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from handler import chat
from handler.callers import api_key, file, standard_webhooks
from handler.callers.caller import Caller
from handler.problems import Misconfigured
from local.callers.mint import variable


class NoCredentialError(Exception):
    """There is no secret to send with; the message says which variable to set."""


class ApiKeyCredential(NamedTuple):
    """An API key.

    Attributes:
        variable: the environment variable that it is from.
        key: the key itself.
        listed: whether its hash stands in the callers file; None where there is no such file.
    """

    variable: str
    key: str
    listed: bool | None

    def headers(self, body: bytes, now: float) -> dict[str, str]:
        """Return the headers that prove the caller; they depend on neither body nor time."""
        return {"Authorization": f"Bearer {self.key}"}

    def described(self) -> list[str]:
        """Return what may be wrong with the key, in sentences that do not show it."""
        digest = hashlib.sha256(self.key.encode()).hexdigest()
        sentence = (
            f"The key of {self.variable} has {len(self.key)} characters; the SHA-256 hash of it starts"
            f" {digest[:8]}. The whole hash must stand in the callers file that the function has."
        )
        return (
            [sentence]
            if self.listed is not False
            else [sentence, "It does not stand in the callers file here."]
        )


class WebhookCredential(NamedTuple):
    """The secrets of a caller that signs; while they are changed, there are several.

    Attributes:
        variables: the environment variables that they are from.
        secrets: the secrets, decoded.
    """

    variables: tuple[str, ...]
    secrets: tuple[bytes, ...]

    def headers(self, body: bytes, now: float) -> dict[str, str]:
        """Return the headers that prove the caller, signed for this body and time."""
        message_id = f"msg_{secrets.token_urlsafe(18)}"
        signed = b".".join((message_id.encode(), str(int(now)).encode(), body))
        signatures = (f"v1,{standard_webhooks.sign(secret, signed).decode()}" for secret in self.secrets)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now)),
            "webhook-signature": " ".join(signatures),
        }

    def described(self) -> list[str]:
        """Return what may be wrong with the secrets, in sentences that do not show them."""
        return [
            f"{name} holds a secret of {len(secret)} bytes, whose SHA-256 hash starts"
            f" {hashlib.sha256(secret).hexdigest()[:8]}. The function must have the same in its own variable."
            for name, secret in zip(self.variables, self.secrets, strict=True)
        ]


CallerCredential = ApiKeyCredential | WebhookCredential


def credential_of(
    caller: str | None,
    callers_file: Path | None,
    environ: Mapping[str, str],
    *,
    key_variable: str | None = None,
    secret_variable: str | None = None,
) -> CallerCredential:
    """Return the credential of a caller.

    Its variable is the one that is named, else the one in the callers file, else the one after the caller's
    name: `ONBOARDING_SECRET` or `ONBOARDING_API_KEY` for onboarding.

    Raises:
        NoCredentialError: it cannot be had; the message says which variable to set, and never shows one.
    """
    if key_variable:
        return _key(key_variable, environ, None)
    if secret_variable:
        return _signing((secret_variable,), environ)
    if caller is None:
        raise NoCredentialError("Say as whom to send: --as CALLER, --secret-env or --api-key-env VARIABLE.")
    if callers_file is not None:
        return _of_file(caller, callers_file, environ)
    if environ.get(name := variable(caller, "standard-webhooks")):
        return _signing((name,), environ)
    return _key(variable(caller, "api-key"), environ, None, or_else=name)


def default_callers_file(environ: Mapping[str, str]) -> Path | None:
    """Return the callers file that the function would read here, if there is one."""
    path = Path(environ.get("CALLERS_FILE") or "callers.json")
    return path if path.exists() else None


def _of_file(caller: str, path: Path, environ: Mapping[str, str]) -> CallerCredential:
    try:
        known = {found.id: found for found in file.load(os.fspath(path), chat.schemes).callers}
    except Misconfigured as problem:
        raise NoCredentialError(f"{path}: {problem.cause}") from None
    if caller not in known:
        raise NoCredentialError(f"There is no caller {caller} in {path}; it has {', '.join(known)}.")
    found: Caller = known[caller]
    if isinstance(found.auth, standard_webhooks.StandardWebhooks):
        return _signing(found.auth.secret_env, environ)
    if isinstance(found.auth, api_key.ApiKey):
        return _key(variable(caller, "api-key"), environ, found.auth.sha256)
    raise NoCredentialError(
        f"{caller} of {path} calls by no HTTP request of its own: send as another caller."
    )


def _key(
    name: str, environ: Mapping[str, str], hashes: tuple[bytes, ...] | None, or_else: str = ""
) -> ApiKeyCredential:
    key = environ.get(name, "")
    if not key:
        secret = f", or {or_else} to a signing secret" if or_else else ""
        raise NoCredentialError(f"Set the environment variable {name} to the API key{secret}.")
    if len(key) < api_key.SHORTEST or not key.isascii() or not key.isprintable() or " " in key:
        raise NoCredentialError(
            f"{name} holds no API key: it is {api_key.SHORTEST} or more visible characters, without blanks."
        )
    listed = None if hashes is None else hashlib.sha256(key.encode()).digest() in hashes
    return ApiKeyCredential(name, key, listed)


def _signing(names: tuple[str, ...], environ: Mapping[str, str]) -> WebhookCredential:
    found = {name: environ[name] for name in names if environ.get(name)}
    if not found:
        raise NoCredentialError(f"Set the environment variable {' or '.join(names)} to the signing secret.")
    decoded: list[bytes] = []
    for name, text in found.items():
        secret = standard_webhooks.decode_secret(text)
        if secret is None:
            raise NoCredentialError(
                f"{name} holds no Standard Webhooks secret: that is whsec_ and then the Base64 of 24 to 64"
                " bytes."
            )
        decoded.append(secret)
    return WebhookCredential(tuple(found), tuple(decoded))
