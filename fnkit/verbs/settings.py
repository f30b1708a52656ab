"""The verbs of what is set: hosts, keys, folders."""

import os
from pathlib import Path
from typing import Annotated

from fnkit.context import Context
from fnkit.core import places
from fnkit.core.errors import BadArgument
from fnkit.verbs.answers import Listing, Login, Setting
from fnkit.verbs.table import Argument


def login(
    host: Annotated[str, Argument("the address of an OpenWhisk: https://openwhisk.example.org", "HOST")],
    key: str | None = None,
    *,
    context: Context | None = None,
) -> Login:
    """Choose a host and keep its key: in the keyring, or in a file with mode 0600 where there is none.

    The key is asked for, or read from standard input; it is never typed on the line. What the props file said of
    another host (IGNORE_CERTS, NAMESPACE, APIVERSION) is not used for this one, and goes.
    """
    from fnkit.whisk import props, sources, vault
    from fnkit.whisk.client import Client

    path = Path(os.environ.get("WSK_CONFIG_FILE") or Path.home() / ".wskprops")
    if path == props.built_in_file():
        raise BadArgument(
            f"Logging in to {host}",
            f"WSK_CONFIG_FILE names {path}, which belongs to the embedded platform.",
            "Name a file of your own in it, or unset it: then it is ~/.wskprops.",
        )
    face = (context or Context()).face
    given = {**os.environ, "WSK_CONFIG_FILE": ""}  # not the file: it speaks of another host
    apihost = props.load(
        {"apihost": host}, given
    ).apihost  # before the key is asked for: a typo is no reason to type it
    key = key or face.secret(f"Key of {apihost} (uuid:key, as wsk has it in AUTH)")
    if not key:
        raise BadArgument(f"Logging in to {host}", "there is no key.", "Pipe it in: fnkit login HOST < FILE.")
    chosen = props.load({"apihost": apihost, "auth": key}, given)
    namespace = Client(chosen).namespaces.own()
    kept = vault.keep(chosen.apihost, key)
    # An empty AUTH and not none: the key that was there belongs to another host.
    others = dict.fromkeys(sources.NAMES)
    sources.write(path, {**others, "apihost": chosen.apihost, "auth": "" if kept else key})
    return Login(chosen.apihost, namespace, path, "the keyring" if kept else f"{path} (mode 0600)")


def config(*, context: Context | None = None) -> Listing[Setting]:
    """Give every setting with its value and where it came from."""
    props = (context or Context()).props

    def said(name: str) -> str:
        return props.sources.get(name, "built in")

    settings = (
        Setting("apihost", props.apihost, said("apihost")),
        Setting("auth", str(props.key or "none"), said("auth")),
        Setting("namespace", props.namespace, said("namespace")),
        Setting("apiversion", props.apiversion, said("apiversion")),
        Setting("verify certificates", "yes" if props.verify else "no", said("ignore_certs")),
        Setting("data", str(places.data()), _place("FNKIT_DATA")),
        Setting("cache", str(places.cache()), _place("FNKIT_CACHE")),
    )
    return Listing.of("setting", settings, lambda one: one.name, lambda one: one.value, lambda one: one.source)


def _place(variable: str) -> str:
    return variable if os.environ.get(variable) else "built in"
