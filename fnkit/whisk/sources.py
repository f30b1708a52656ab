"""The places that say where the platform is: environment variables, `fnkit.toml`, `.wskprops` files."""

import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fnkit.core.errors import BadArgument

NAMES = ("apihost", "auth", "namespace", "apiversion", "ignore_certs")
VARIABLES = (
    {name: f"FNKIT_{name.upper()}" for name in NAMES},
    {
        "apihost": "__OW_API_HOST",
        "auth": "__OW_API_KEY",
        "namespace": "__OW_NAMESPACE",
        "ignore_certs": "__OW_IGNORE_CERTS",
    },
    {name: f"WHISK_{name.upper()}" for name in NAMES[:4]},
)
PROJECT = "fnkit.toml"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and where it came from."""

    value: str = field(repr=False)
    """May be a key."""
    source: str
    explicit: bool = True
    """False where it lies in a file: then a key is for that file's host."""
    project: bool = False
    """True where it lies in a project's file, which other people may have written."""
    host: str = ""
    """The host beside it in its file."""


def environment(variables: Mapping[str, str]) -> Iterator[dict[str, Setting]]:
    """The settings in environment variables, best family first."""
    for family in VARIABLES:
        yield {name: Setting(variables[var], var) for name, var in family.items() if variables.get(var)}


def project(folder: Path) -> dict[str, Setting]:
    """The `[platform]` table of the nearest `fnkit.toml` in `folder` or above it. Raises BadArgument.

    It holds no key: it is committed.
    """
    path = next((place / PROJECT for place in (folder, *folder.parents) if (place / PROJECT).is_file()), None)
    if path is None:
        return {}
    try:
        table = tomllib.loads(path.read_text()).get("platform", {})
    except (OSError, ValueError) as error:
        raise BadArgument(f"Reading {path}", f"{error}.") from None
    allowed = [name for name in NAMES if name not in ("auth", "ignore_certs")]
    wrong = [key for key, value in table.items() if key not in allowed or not isinstance(value, str)]
    if wrong:
        raise BadArgument(
            f"Reading [platform] in {path}",
            f"it may not say {wrong[0]!r}, or not so.",
            f"It may say {', '.join(allowed)}, each a text; keys belong into FNKIT_AUTH or fnkit login.",
        )
    host = table.get("apihost", "")
    return {name: Setting(value, str(path), project=True, host=host) for name, value in table.items()}


def home(variables: Mapping[str, str]) -> Path:
    """The user's folder by these variables."""
    return Path(variables["HOME"]) if "HOME" in variables else Path.home()


def file(path: Path) -> dict[str, Setting]:
    """The settings of a `.wskprops` file; nothing where there is none. Raises BadArgument."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadArgument(f"Reading {path}", f"{error}.") from None
    # As wsk: what follows a # is a comment. Unlike wsk, a value may hold a "=".
    pairs = (line.partition("#")[0].partition("=") for line in lines)
    values = {key.strip().lower(): value.strip() for key, sign, value in pairs if sign}
    host = values.get("apihost", "")
    found = {name: values[name] for name in NAMES if values.get(name)}
    return {name: Setting(value, str(path), explicit=False, host=host) for name, value in found.items()}


def write(path: Path, values: Mapping[str, str | None]) -> None:
    """Set `values` (by name: apihost, auth, …) in a `.wskprops` file, mode 0600; None removes a line, others stay.

    The file is replaced whole: nobody reads half of it.
    """
    old = path.read_text().splitlines() if path.is_file() else []
    kept = [line for line in old if line.partition("=")[0].strip().lower() not in values]
    text = "".join(
        f"{line}\n" for line in [*kept, *(f"{k.upper()}={v}" for k, v in values.items() if v is not None)]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # made with mode 0600
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
