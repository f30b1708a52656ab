"""Which platform, with which key, and who said so: arguments, environment, project, `.wskprops`, built in.

Order, the first wins: arguments; `FNKIT_*`, `__OW_*`, `WHISK_*` in the environment; the project's
`fnkit.toml`; the file that `WSK_CONFIG_FILE` names, or else `~/.wskprops`; this machine's embedded platform.
Source: apache/openwhisk-cli commands/property.go, openwhisk-client-js lib/client.js.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

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
    Raises BadArgument for a host or a file that cannot be read, and where a key would go to another's host.
    """
    environment = os.environ if environment is None else environment
    found: dict[str, Setting] = {}
    for source in _sources(arguments or {}, environment, folder or Path.cwd()):
        found = dict(source) | found
    own = _built_in()
    if "apihost" not in found:
        found = own | found
    elif "auth" in own and "auth" not in found and _host(found["apihost"]) == _host(own["apihost"]):
        found["auth"] = own["auth"]
    _same_trust(found)
    return _props(found)


def load_file(path: Path) -> Props:
    """The props of one file and of nothing else. Raises BadArgument where it names no host."""
    found = sources.file(path)
    if "apihost" not in found:
        raise BadArgument(f"Reading {path}", "it names no host.")
    return _props(found)


def _props(found: Mapping[str, Setting]) -> Props:
    return Props(
        apihost=_host(found["apihost"]),
        key=_key(found.get("auth")),
        namespace=found["namespace"].value if "namespace" in found else "_",
        apiversion=found["apiversion"].value if "apiversion" in found else "v1",
        verify="ignore_certs" not in found or found["ignore_certs"].value.lower() not in ("true", "1", "yes"),
        sources={name: setting.source for name, setting in found.items()},
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
    written = {name: Setting(one.value, BUILT_IN) for name, one in sources.file(built_in_file()).items()}
    return {"apihost": Setting("http://127.0.0.1:3233", BUILT_IN)} | written


def _same_trust(found: Mapping[str, Setting]) -> None:
    """A project's file comes with a clone: it may not choose where a key from elsewhere is sent."""
    host, auth = found["apihost"], found.get("auth")
    if not (host.project and auth and not auth.explicit):
        return
    if not auth.host or _host(replace(host, value=auth.host)) != _host(host):
        raise BadArgument(
            f"Choosing the key for {_host(host)}, the host in {host.source}",
            f"the key in {auth.source} is for {auth.host or 'a host that it does not name'}.",
            "Keys are not sent to another host. Give this one's: fnkit login, or FNKIT_AUTH.",
        )


def _host(setting: Setting) -> str:
    text = setting.value
    url = urlsplit(text if "://" in text else f"https://{text}")
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.path.strip("/"):
        shown = setting.value.rpartition("@")[2]
        raise BadArgument(
            f"Reading the host {shown!r} from {setting.source}",
            "it is not a host name.",
            "Write openwhisk.example.com or http://127.0.0.1:3233, without a path or a key.",
        )
    return f"{url.scheme}://{url.netloc}"


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
