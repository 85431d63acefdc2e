"""Reads serverless.yml and the variables that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from package.deployment.fields import WrongFileError, check_names

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_ENVIRONMENT = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")


class _Loader(yaml.SafeLoader):
    """YAML in which a field that is written twice is wrong; PyYAML would take the last."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    names = [name.value for name, _ in node.value if isinstance(name, yaml.ScalarNode)]
    for name in names:
        if names.count(name) > 1:
            raise WrongFileError(f"{name} is written twice in one place (line {node.start_mark.line + 1}).")
    return dict(loader.construct_mapping(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parse(text: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the `inputs` of a serverless.yml, every `${...}` replaced, with a name and a region.

    Raises WrongFileError for a text that is no serverless.yml of the component `scf`, and for variables
    that are not set.
    """
    document = _parse(text)
    own = {name: str(document.get(name, "")) for name in ("app", "stage", "name")}
    own["stage"] = own["stage"] or "dev"
    missing = [name for name in _variables(document.get("inputs")) if name not in environ]
    if missing:
        names = ", ".join(dict.fromkeys(missing))
        raise WrongFileError(f"set {names}, in the shell or in .env, or take what names it out of the file.")
    inputs = _filled(document.get("inputs"), own, environ)
    if not isinstance(inputs, dict):
        raise WrongFileError("inputs must be a mapping of fields.")
    defaults = {"name": "-".join((own["name"], own["stage"], own["app"])), "region": "ap-guangzhou"}
    return {**inputs, **{name: inputs.get(name) or value for name, value in defaults.items()}}


def takes_bucket(text: str) -> bool:
    """Return whether a serverless.yml takes the code from a bucket, whatever else is in it.

    Raises WrongFileError for a text that is no serverless.yml of the component `scf`.
    """
    inputs = _parse(text).get("inputs")
    return isinstance(inputs, dict) and isinstance(inputs.get("src"), dict)


def _parse(text: str) -> dict[str, Any]:
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise WrongFileError(f"it is no YAML: {error}") from None
    check_names(document, "serverless.yml", ("org", "app", "stage", "component", "name", "inputs"))
    if document.get("component") != "scf":
        raise WrongFileError("component must be scf.")
    found: dict[str, Any] = document
    return found


def _variables(node: Any) -> Iterator[str]:
    """Yield the environment variables that the texts below `node` name."""
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _variables(child)
    elif isinstance(node, str):
        for inner in _PLACEHOLDER.findall(node):
            if match := _ENVIRONMENT.fullmatch(inner):
                yield match[1]


def _filled(node: Any, own: Mapping[str, str], environ: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {name: _filled(child, own, environ) for name, child in node.items()}
    if isinstance(node, list):
        return [_filled(child, own, environ) for child in node]

    def value(match: re.Match[str]) -> str:
        if match[1] in own:
            return own[match[1]]
        if variable := _ENVIRONMENT.fullmatch(match[1]):
            return environ[variable[1]]
        raise WrongFileError(f"{match[0]} is not understood; ${{env:NAME}}, ${{stage}} and ${{app}} are.")

    return _PLACEHOLDER.sub(value, node) if isinstance(node, str) else node


def dotenv(text: str) -> dict[str, str]:
    """Return the variables of an `.env` file: a name, `=` and a value on each line.

    A value may stand in quotes; a line may begin with `export`, and `#` begins a comment line. Raises
    WrongFileError for any other line, naming its number alone: it may hold a secret.
    """
    variables = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if not match:
            raise WrongFileError(f"line {number} of .env is not NAME=value.")
        value = match[2]
        if value[:1] in {'"', "'"}:
            if len(value) < 2 or value[-1] != value[0]:
                raise WrongFileError(f"line {number} of .env does not close its quotes.")
            value = value[1:-1]
        variables[match[1]] = value
    return variables
