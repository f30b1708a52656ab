"""Which platform, with which key, and who said so: arguments, environment, project, `.wskprops`, built in.

Order, the first wins: arguments; `FNKIT_*`, `__OW_*`, `WHISK_*` in the environment; the project's
`fnkit.toml`; the file that `WSK_CONFIG_FILE` names, or else `~/.wskprops`; this machine's embedded platform.
The host is chosen first. What a file says beside a host of its own is for that host, and a key is never sent to a
host that was chosen by somebody who did not give it: see `_meant`.
Source: apache/openwhisk-cli commands/property.go, openwhisk-client-js lib/client.js.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from fnkit.core.errors import BadArgument
from fnkit.core.places import data
from fnkit.whisk import sources
from fnkit.whisk.key import Key
from fnkit.whisk.sources import Setting

BUILT_IN = "the embedded platform"
"""The source of values that nobody gave."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Props:
    """Where requests go. Every value has a twin in `sources` that says where it came from."""

    apihost: str
    """With scheme, without a trailing slash: `http://127.0.0.1:3233`."""
    key: Key | None
    namespace: str
    """`_` is the namespace of the key."""
    apiversion: str
    verify: bool
    """False where TLS certificates are not checked."""
    sources: Mapping[str, str]
    """By name of the value: `FNKIT_APIHOST`, a file's path, `an argument`, …"""
    withheld: str = ""
    """Where the first key that was found came from, if it is not for this host; empty where none was held back."""

    @property
    def built_in(self) -> bool:
        """True where nobody chose a host: it is this machine's embedded platform, started or not."""
        return self.sources["apihost"] == BUILT_IN

    @property
    def loopback(self) -> bool:
        """True where the host is this machine."""
        return urlsplit(self.apihost).hostname in LOOPBACK

    @property
    def host(self) -> str:
        """As a person knows it: `127.0.0.1:3233`, `openwhisk.example.com`."""
        return urlsplit(self.apihost).netloc

    def __str__(self) -> str:
        return f"{self.apihost} (from {self.sources['apihost']})"


def built_in_file() -> Path:
    """The props file of the embedded platform, which its first start writes."""
    return data() / ".wskprops"


def load(
    arguments: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Props:
    """The props for this moment: `arguments` by name (apihost, auth, …), the environment, files.

    `folder` is where the search for `fnkit.toml` begins, upwards; the working folder by default.
    Raises BadArgument for a host or a file that cannot be read. Where no key was given for the host, there is
    none: `withheld` says which one was not taken.
    """
    environment = os.environ if environment is None else environment
    everything = [*_sources(arguments or {}, environment, folder or Path.cwd()), _built_in()]
    host = next(source["apihost"] for source in everything if "apihost" in source)
    found: dict[str, Setting] = {}
    for source in reversed(everything):
        found |= {name: one for name, one in source.items() if _meant(name, one, host)}
    found["apihost"] = host
    keys = [source["auth"].source for source in everything[:-1] if "auth" in source]
    return _props(found, keys[0] if keys and "auth" not in found else "")


def load_file(path: Path) -> Props:
    """The props of one file and of nothing else. Raises BadArgument where it names no host."""
    found = sources.file(path)
    if "apihost" not in found:
        raise BadArgument(f"Reading {path}", "it names no host.")
    return _props(found)


def _props(found: Mapping[str, Setting], withheld: str = "") -> Props:
    return Props(
        apihost=_host(found["apihost"]),
        key=_key(found.get("auth")),
        namespace=found["namespace"].value if "namespace" in found else "_",
        apiversion=found["apiversion"].value if "apiversion" in found else "v1",
        verify="ignore_certs" not in found or found["ignore_certs"].value.lower() not in ("true", "1", "yes"),
        sources={name: setting.source for name, setting in found.items()},
        withheld=withheld,
    )


def _sources(
    arguments: Mapping[str, str], environment: Mapping[str, str], folder: Path
) -> Iterator[Mapping[str, Setting]]:
    """Best first."""
    yield {name: Setting(value, "an argument") for name, value in arguments.items() if value}
    yield from sources.environment(environment)
    yield sources.project(folder)
    # A variable that exists is obeyed even where its file does not: ~/.wskprops may hold production's key.
    if (chosen := environment.get("WSK_CONFIG_FILE")) is not None:
        yield sources.file(Path(chosen)) if chosen else {}
    else:
        yield sources.file(sources.home(environment) / ".wskprops")


def _built_in() -> dict[str, Setting]:
    written = {name: replace(one, source=BUILT_IN) for name, one in sources.file(built_in_file()).items()}
    return {"apihost": Setting("http://127.0.0.1:3233", BUILT_IN)} | written


def keyless(host: str) -> str:
    """What to do where there is no key for a host."""
    return f"fnkit login {host} asks for one; or set FNKIT_AUTH beside FNKIT_APIHOST."


def _meant(name: str, setting: Setting, host: Setting) -> bool:
    """Whether a setting may be used with the chosen host.

    A file speaks of the host that it names. Arguments and the environment are the person's own and go together,
    but a project's file comes with a clone: it may not choose where a key from the environment is sent.
    """
    if setting.host:
        return _address(setting.host) == _address(host.value)
    if name == "auth":
        return setting.explicit and not host.project
    return True


def _address(text: str) -> str:
    """Scheme, host and port of a host as it is written."""
    url = urlsplit(text if "://" in text else f"https://{text}")
    return f"{url.scheme}://{url.netloc}"


def _host(setting: Setting) -> str:
    text = setting.value
    url = urlsplit(text if "://" in text else f"https://{text}")
    strange = url.username or url.path.strip("/") or not _numbered(url)
    if url.scheme not in ("http", "https") or not url.hostname or strange:
        shown = setting.value.rpartition("@")[2]
        raise BadArgument(
            f"Reading the host {shown!r} from {setting.source}",
            "it is not a host name.",
            "Write openwhisk.example.com or http://127.0.0.1:3233, without a path or a key.",
        )
    return _address(text)


def _numbered(url: SplitResult) -> bool:
    """Whether the port, where one is written, is the number of one."""
    try:
        return url.port != 0
    except ValueError:
        return False


def _key(setting: Setting | None) -> Key | None:
    if setting is None:
        return None
    if not setting.value.isascii() or ":" not in setting.value.strip(":"):
        raise BadArgument(
            f"Reading the key from {setting.source}",
            f"its {len(setting.value)} characters are not of the form uuid:key.",
            "Copy it whole (a table shows only its ends), or type it into fnkit login.",
        )
    return Key(setting.value)
