"""Writes `docs/problems.md` and its Chinese twin: every problem and reason, out of the code.

    python -m local.problem_docs > docs/problems.md
    python -m local.problem_docs --language zh-CN > docs/problems.zh-CN.md

Each reason has an example. In an example `{{name}}` stands for key material, which the page shortens; a test
fills in the whole and checks that the reason is the answer.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator

from handler import problems
from handler.catalogue import CHINESE, ENGLISH, translator
from handler.key_gate import other_reasons, weak_reasons
from handler.key_gate import reasons as key_reasons
from handler.key_gate.reasons import Reason
from local.columns import Help

# By the name of a reason in the modules of reasons, in the order of the page.
EXAMPLES = {
    "EMPTY": "(nothing, or only blanks)",
    "TOO_LONG": "{{line}} {{long}}",
    "PRIVATE_KEY": "-----BEGIN OPENSSH PRIVATE KEY-----",
    "MULTIPLE_KEYS": "{{line}} alice\n{{line2}} bob",
    "WRAPPED": "ssh-rsa {{blob[:70]}}\n{{blob[70:]}} alice",
    "WRAPPED_IN_MAIL": "> ssh-rsa {{blob[:70]}}\n> {{blob[70:]}} alice",
    "PEM_PUBLIC": "{{spki-pem}}",
    "PEM_RSA": "{{pkcs1-pem}}",
    "PEM_CERTIFICATE": "{{cert-pem}}",
    "PEM_PGP": "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    "PEM_OTHER": "-----BEGIN SSH SIGNATURE-----",
    "PEM_BARE": "{{spki-b64}}",
    "SSH2": "{{ssh2}}",
    "CERTIFICATE": "ssh-rsa-cert-v01@openssh.com {{rsa-cert-blob}} alice",
    "ED25519": "ssh-ed25519 {{ed25519-blob}} alice",
    "ECDSA": "ecdsa-sha2-nistp256 {{ecdsa-blob}} alice",
    "DSA": "ssh-dss {{dss-blob}} alice",
    "SECURITY_KEY": "sk-ssh-ed25519@openssh.com {{sk-ed25519-blob}} alice",
    "SIGNATURE_NAME": "rsa-sha2-512 {{blob}} alice",
    "OTHER_ALGORITHM": "ssh-ed448 {{ed448-blob}} alice",
    "OPTIONS": 'from="10.0.0.0/8",no-pty {{line}} alice',
    "KNOWN_HOSTS": "server.example.com {{line}}",
    "BARE_BLOB": "{{blob}} alice",
    "FINGERPRINT": "2048 {{fingerprint}} alice (RSA)",
    "FILE_PATH": "~/.ssh/id_rsa.pub",
    "PPK_PATH": "C:\\Users\\alice\\key.ppk",
    "QUOTED": '"{{line}} alice"',
    "INVISIBLE": "\ufeff{{line}} alice",
    "FULL_WIDTH": "ｓｓｈ－ｒｓａ　ＡＡＡＡＢ３ＮｚａＣ１ｙｃ２ＥＡ",
    "TYPOGRAPHIC": "ssh\u2013rsa {{blob}} alice",
    "CAPITALS": "Ssh-rsa {{blob}} alice",
    "URL_ENCODED": "ssh-rsa%20{{blob}}%20alice",
    "HTML_ENCODED": "ssh-rsa&nbsp;{{blob}} alice",
    "ESCAPED": "{{line}}\\n",
    "ENCODED_TWICE": "{{line-b64}}",
    "ELLIPSIS": "ssh-rsa {{blob[:40]}}...{{blob[-8:]}} alice",
    "WORDS_BEFORE": "My key is: {{line}} alice",
    "EXTRA_TEXT": "My key is:\n{{line}} alice",
    "DAMAGED_TYPE": "ssh-rsa{{blob}} alice",
    "DAMAGED_START": "ssh-rsa {{blob[1:]}} alice",
    "FOREIGN_CHARACTER": "ssh-rsa {{blob[:40]}}*{{blob[41:]}} alice",
    "URL_SAFE": "ssh-rsa {{blob3072-urlsafe}} alice",
    "INNER_PADDING": "ssh-rsa {{blob[:40]}}=={{blob[40:]}} alice",
    "MISSING_PADDING": "ssh-rsa {{blob3072[:-1]}} alice",
    "UNUSED_BITS": "ssh-rsa {{blob3072-bits}} alice",
    "NO_DATA": "ssh-rsa",
    "TRUNCATED": "ssh-rsa {{blob[:100]}}",
    "TRUNCATED_EARLY": "ssh-rsa AAAAB3NzaC1yc2EAAAAD",
    "BAD_LENGTH": "ssh-rsa {{blob-n-huge}} alice",
    "TRAILING_DATA": "ssh-rsa {{blob}}{{blob}} alice",
    "TYPE_MISMATCH": "ssh-rsa {{ed25519-blob}} alice",
    "TYPE_MISMATCH_OUTER": "ssh-dss {{blob}} alice",
    "NEGATIVE": "ssh-rsa {{blob-n-negative}} alice",
    "ZERO_PADDED": "ssh-rsa {{blob-n-padded}} alice",
    "ZERO": "ssh-rsa {{blob-n-zero}} alice",
    "BAD_COMMENT": "{{line}} alice\u202e",
    "NOT_KEY_DATA": "ssh-rsa hello",
    "JWK": "{{jwk}}",
    "OTHER_FORMAT": "<RSAKeyValue> <Modulus>…</Modulus>",
    "NOT_A_KEY": "hello",
    "SECOND_OPINION": "(no key is known that leads here)",
    "KNOWN_KEY": "(the key that every Vagrant box once trusted, for one)",
    "TOO_SMALL": "{{weak-too-small-1024}} alice",
    "TOO_LARGE": "{{weak-too-large-20000}} alice",
    "EVEN_MODULUS": "{{weak-even-modulus-changed}} alice",
    "BAD_EXPONENT": "{{weak-bad-exponent-e1}} alice",
    "SMALL_FACTOR": "{{weak-small-factor-3}} alice",
    "SQUARE": "{{weak-square-2048}} alice",
    "CLOSE_PRIMES": "{{weak-close-primes-next}} alice",
    "ROCA": "{{weak-roca-2048}} alice",
    "SPARSE_MODULUS": "{{weak-sparse-modulus-ones-30}} alice",
}

# What the page shows for key material; `…` for what is left out.
_SHORT = {
    "line": "ssh-rsa AAAAB3NzaC1yc2E…",
    "line2": "ssh-rsa AAAAB3NzaC1yc2E…",
    "long": "(more than 16,384 characters)",
    "spki-pem": "-----BEGIN PUBLIC KEY-----",
    "pkcs1-pem": "-----BEGIN RSA PUBLIC KEY-----",
    "cert-pem": "-----BEGIN CERTIFICATE-----",
    "spki-b64": "MIIBIjANBgkqhkiG9w0BAQEF…",
    "ssh2": "---- BEGIN SSH2 PUBLIC KEY ----",
    "fingerprint": "SHA256:…",
    "line-b64": "c3NoLXJzYSBBQUFBQjNOemFD…",
    "jwk": '{"kty": "RSA", "n": "…", "e": "AQAB"}',
    "rsa-cert-blob": "AAAAHHNzaC1yc2EtY2VydC…",
    "ed25519-blob": "AAAAC3NzaC1lZDI1NTE5…",
    "ed448-blob": "AAAACXNzaC1lZDQ0O…",
    "ecdsa-blob": "AAAAE2VjZHNhLXNoYTIt…",
    "dss-blob": "AAAAB3NzaC1kc3M…",
    "sk-ed25519-blob": "AAAAGnNrLXNzaC1lZDI1NTE5…",
    "blob[1:]": "AAAB3NzaC1yc2E…",
    "blob[70:]": "…",
    "blob[40:]": "…",
    "blob[41:]": "…",
    "blob[-8:]": "…",
}
#: Example values for the counts in the sentences.
COUNTS: dict[str, int | str] = {"count": "57 bytes", "bits": 1024, "minimum": 2048, "advised": 3072}

_UNSEEN = {"\ufeff": "(byte order mark)", "\u202e": "(right-to-left override)"}

#: What the Chinese page says where the English one has words of ours in brackets.
_NOTES = {
    "(nothing, or only blanks)": "（空，或只有空格）",
    "(more than 16,384 characters)": "（超过 16,384 个字符）",
    "(no key is known that leads here)": "（目前没有已知的公钥会得到此结果）",
    "(the key that every Vagrant box once trusted, for one)": "（例如早期所有 Vagrant box 都信任的那个公钥）",
    "(byte order mark)": "（字节顺序标记）",
    "(right-to-left override)": "（从右至左覆盖符）",
}

#: When a problem comes about, in Chinese; in English its class says it.
_WHEN = {
    "malformed-json": "请求体不是 JSON，或者不同的解析器会读出不同的内容。",
    "malformed-request": "请求体的 base64 无法解码，或者事件不是任何已知的格式。",
    "not-found": "该路径下没有内容。",
    "method-not-allowed": "路由存在，但不支持该方法。",
    "payload-too-large": "请求体超过该路由的上限。",
    "unsupported-media-type": "该路由不接受这个 Content-Type 或 Content-Encoding。",
    "invalid-request": "JSON 格式正确，但不符合 schema。",
    "invalid-public-key": "文本不是恰好一个 OpenSSH RSA 公钥。",
    "weak-public-key": "文本是 OpenSSH RSA 公钥，但该公钥不安全。",
    "unauthenticated": "无法证明调用方的身份：所有情况应答相同，原因只写入日志。",
    "forbidden": "调用方已知，但无权执行此操作。",
    "no-such-key-pair": "没有该名称的密钥对，或者调用方无权知道它。",
    "key-name-conflict": "该名称已用于另一个公钥。",
    "public-key-conflict": "账号中已有该公钥，但名称不同。",
    "key-pair-quota": "账号无法再创建密钥对。",
    "unknown-project": "CVM 没有这个项目。",
    "tag-refused": "CVM 不接受其中一个标签。",
    "upstream-refused": "CVM 不接受调用方给出的一个值。",
    "misconfigured": "需由函数的管理员处理：设置、调用方、角色或权限有误。",
    "internal-error": "意料之外的错误，即本函数的缺陷；原因只写入日志。",
    "upstream-error": "CVM、STS 或 COS 返回了未知的错误码，或者查询的应答无法理解。",
    "upstream-busy": "本请求的写入确定被拒绝或从未发出；稍后可能成功。",
    "upstream-unreachable": "无法建立连接，或者查询没有应答；没有写入任何内容。",
    "outcome-unknown": "本请求有一次写入结果不明，也无法查清。",
}


_HEADS = {
    ENGLISH: [
        "# Problems",
        "",
        "[中文](problems.zh-CN.md)",
        "",
        "Every answer that is not a result is a problem in the form of",
        "[RFC 9457](https://www.rfc-editor.org/rfc/rfc9457), `application/problem+json`. `code` is the slug",
        "in the table; `detail` says what happened and `remedy` what to do. `retryable` says whether the",
        "same request may succeed later.",
        "This page is made from the code: `python -m local.problem_docs > docs/problems.md`.",
        "",
    ],
    CHINESE: [
        "# 问题列表",
        "",
        "[English](problems.md)",
        "",
        "凡不是结果的应答，都是 [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) 所定义的问题，类型为",
        "`application/problem+json`。`code` 见下表；`detail` 说明发生了什么，`remedy` 说明如何处理。",
        "`retryable` 表示同一请求稍后是否可能成功。请求带有 `Accept-Language: zh` 时，这些说明为中文。",
        "本页由代码生成：`python -m local.problem_docs --language zh-CN > docs/problems.zh-CN.md`。",
        "",
    ],
}
_SECTIONS = {ENGLISH: "## Reasons of `{}`", CHINESE: "## `{}` 的原因"}


def page(language: str = ENGLISH) -> str:
    """Return the whole page in a language, as Markdown."""
    return "\n".join([*_HEADS[language], *_problems(language), *_reasons(language)]) + "\n"


def shortened(example: str, language: str = ENGLISH) -> str:
    """Return an example as the page shows it: on one line, with key material shortened."""

    def short(found: re.Match[str]) -> str:
        if found[1] in _SHORT:
            return _SHORT[found[1]]
        return "ssh-rsa AAAAB3NzaC1yc2E…" if found[1].startswith("weak-") else "AAAAB3NzaC1yc2E…"

    text = re.sub(r"\{\{([^}]+)\}\}", short, example).replace("\n", " ⏎ ")
    for unseen, name in _UNSEEN.items():
        text = text.replace(unseen, name)
    for english, chinese in _NOTES.items() if language == CHINESE else ():
        text = text.replace(english, chinese)
    return text


def reasons() -> Iterator[tuple[str, Reason]]:
    """Every reason for refusing a key by its name in the code, in the order of the page."""
    known = {**vars(key_reasons), **vars(other_reasons), **vars(weak_reasons)}
    for name in EXAMPLES:
        yield name, known[name]


def _problems(language: str) -> list[str]:
    """Return the table of problems."""
    rows = {
        ENGLISH: ["| code | status | retryable | title | when |", "|---|---|---|---|---|"],
        CHINESE: ["| code | status | retryable | title | 何时出现 |", "|---|---|---|---|---|"],
    }[language]
    yes, no = {ENGLISH: ("yes", "no"), CHINESE: ("是", "否")}[language]
    say = translator(language)
    for kind in _leaves(problems.Problem):
        when = (kind.__doc__ or "").split("\n")[0] if language == ENGLISH else _WHEN[kind.slug]
        anchor = f'<a id="{kind.slug}"></a>`{kind.slug}`'  # for PROBLEM_BASE_URL with a `#` at its end
        retryable = yes if kind.retryable else no
        rows.append(f"| {anchor} | {kind.status} | {retryable} | {say(kind.title)} | {when} |")
    return [*rows, ""]


def _leaves(kind: type[problems.Problem]) -> Iterator[type[problems.Problem]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for child in below:
        yield from _leaves(child)


def _reasons(language: str) -> list[str]:
    say = translator(language)
    lines: list[str] = []
    section = slug = ""
    for name, reason in reasons():
        if reason.kind.slug != section:
            section = reason.kind.slug
            lines += [_SECTIONS[language].format(section), ""]
        if reason.slug != slug:
            slug = reason.slug
            lines += [f"### `{slug}`", ""]
        lines += [
            f"    {shortened(EXAMPLES[name], language)}",
            "",
            f"- {say(reason.detail.filled(**COUNTS))}",
            f"- {say(reason.remedy.filled(**COUNTS))}",
            "",
        ]
    return lines[:-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m local.problem_docs",
        description="Writes docs/problems.md to standard output.",
        formatter_class=Help,
    )
    parser.add_argument(
        "--language", choices=(ENGLISH, CHINESE), default=ENGLISH, help="that of the page (default: en)"
    )
    sys.stdout.write(page(parser.parse_args().language))
