"""`python -m package.deployment`: writes one file for each call to SCF's API into `dist/deployment/`.

They are sent with `tccli ... --cli-input-json`. They hold the function's secrets, so they are readable by
their owner alone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from local.columns import Help
from package import ROOT
from package.deployment import document, function, limits
from package.deployment.calls import ScfCall, calls
from package.deployment.fields import WrongFileError

_NO_ARCHIVE = "There is no dist/function.zip yet: run `make package` first."
_TOO_LARGE = """\
create-function.json would have {size:,} bytes, and SCF takes {limit:,}. Upload the zip to a bucket in
{region} instead, in the COS console or with coscli:
  coscli cp {archive} cos://BUCKET-APPID/function.zip
and name it in serverless.yml as `src`, without the APPID:
  src:
    bucket: BUCKET
    object: /function.zip"""


def main(environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> int:
    """Write the calls into `dist/deployment/` and print how to send them; return the exit code."""
    archive = root / "dist/function.zip"
    try:
        inputs = document.parse(
            (root / "serverless.yml").read_text(encoding="utf-8"), {**_dotenv(root), **environ}
        )
        if not function.in_bucket(inputs):
            if not archive.exists():
                print(_NO_ARCHIVE, file=sys.stderr)
                return 1
            _check_runtime(inputs, archive)
        made = list(calls(inputs, b"" if function.in_bucket(inputs) else archive.read_bytes()))
    except WrongFileError as error:
        print(f"serverless.yml: {error}", file=sys.stderr)
        return 1
    size = max(len(text(call)) for call in made)
    if size > limits.REQUEST_BYTES:
        facts = {"size": size, "limit": limits.REQUEST_BYTES, "region": inputs["region"], "archive": archive}
        print(_TOO_LARGE.format(**facts), file=sys.stderr)
        return 1
    folder = root / "dist/deployment"
    _write(made, folder)
    print("\n".join(_commands(made, inputs, folder)))
    return 0


def text(call: ScfCall) -> bytes:
    """Return what is written for a call, and sent."""
    return json.dumps(call.parameters, indent=1).encode("ascii")


def _check_runtime(inputs: Mapping[str, Any], archive: Path) -> None:
    """Raise WrongFileError where the package was made for another Python than the function runs on.

    Its byte code would be of no use, and its compiled modules would not load.
    """
    try:
        with ZipFile(archive) as packed:
            tags = [
                re.fullmatch(r"__pycache__/index\.cpython-(\d)(\d+)\.pyc", name) for name in packed.namelist()
            ]
    except BadZipFile:
        raise WrongFileError("dist/function.zip is no zip. Run `make package` again.") from None
    for tag in filter(None, tags):
        made_for = f"Python{tag[1]}.{tag[2]}"
        if inputs.get("runtime") != made_for:
            raise WrongFileError(
                f"inputs.runtime is {inputs.get('runtime')}, and dist/function.zip was made for {made_for}."
            )


def _dotenv(root: Path) -> dict[str, str]:
    """Return the variables of `.env`; the environment's own go before them, as in the component."""
    file = root / ".env"
    return document.dotenv(file.read_text(encoding="utf-8")) if file.exists() else {}


def _write(made: list[ScfCall], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for call in made:
        path = folder / f"{call.file}.json"
        path.touch(mode=0o600)
        path.write_bytes(text(call))


def _commands(made: list[ScfCall], inputs: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Yield the commands: SCF refuses a change while the function is not `Active`."""
    region = f"--region {inputs['region']}"
    name = f"--FunctionName {inputs['name']}"
    if namespace := inputs.get("namespace"):
        name += f" --Namespace {namespace}"
    wait = f"tccli scf GetFunction {region} {name} --waiter \"{{'expr':'Status','to':'Active'}}\""

    def send(call: ScfCall) -> str:
        return f"tccli scf {call.action} {region} --cli-input-json file://{folder / call.file}.json"

    create, code, configuration, *triggers = made
    yield from ("# A new function:", send(create), wait, *map(send, triggers))
    yield from ("# An existing function:", send(code), wait, send(configuration), wait)


if __name__ == "__main__":
    argparse.ArgumentParser(
        "python -m package.deployment",
        description="Writes serverless.yml as files for tccli into dist/deployment, and prints the commands.",
        formatter_class=Help,
    ).parse_args()
    sys.exit(main())
