"""Carrying a plan out: what has to be there first, the PUT, and the way back."""

import base64
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

from fnkit.action.bundle import Bundle, Layer
from fnkit.core.errors import Missing
from fnkit.core.names import ActionName
from fnkit.delivery import annotation
from fnkit.delivery.plan import Plan, next_version, own_parameters
from fnkit.delivery.progress import Step, Tell
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Action, Draft
from fnkit.whisk.embedded import Embedded


class Carrier(Protocol):
    """Brings to the platform what does not travel in the zip."""

    def lacking(self, bundle: Bundle) -> Sequence[Layer]:
        """The layers of `bundle` that the platform has to be sent: it is asked, nothing is sent."""
        ...

    def bring(self, layers: Sequence[Layer], tell: Tell) -> None:
        """Send them."""
        ...


class OneZip:
    """For any OpenWhisk: everything is in the zip."""

    def lacking(self, bundle: Bundle) -> Sequence[Layer]:
        """None."""
        return ()

    def bring(self, layers: Sequence[Layer], tell: Tell) -> None:
        """Nothing is left to bring."""


class ByDigest:
    """For an embedded platform: layers that it does not have yet, by digest."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded

    def lacking(self, bundle: Bundle) -> Sequence[Layer]:
        """One question. What lies in the cache of this machine's user the platform takes from there."""
        layers = bundle.layers[1:]
        missing = self._embedded.missing([layer.to_json() for layer in layers]) if layers else []
        return [layer for layer in layers if layer.digest in missing]

    def bring(self, layers: Sequence[Layer], tell: Tell) -> None:
        """One upload for each."""
        for layer in layers:
            self._embedded.put_layer(layer.digest, partial(_told, layer, tell))


def _told(layer: Layer, tell: Tell) -> Iterator[bytes]:
    """The pieces of a layer's tar, with a step told before each."""
    sent = 0
    for piece in layer.tar():
        tell(Step("upload", f"Uploading the {layer.kind} layer", min(sent, layer.size), layer.size))
        sent += len(piece)
        yield piece


def carrier(client: Client) -> Carrier:
    """How bundles travel to this platform."""
    return ByDigest(client.embedded) if client.embedded else OneZip()


def apply(client: Client, plan: Plan, lacking: Sequence[Layer], tell: Tell) -> Action:
    """Bring the layers that are lacking, then create or update the action with one PUT. Raises Refused."""
    bundle = plan.wanted.bundle
    carrier(client).bring(lacking, tell)
    draft = plan.draft(base64.b64encode(bundle.zip).decode())
    overwrite = plan.change == "update"
    try:
        return client.actions.put(plan.name, draft, overwrite)
    except Missing:
        if plan.name.package is None or overwrite:
            raise
    client.packages.create(plan.name.package)
    return client.actions.put(plan.name, draft, overwrite)


def put_back(client: Client, name: ActionName, before: Action | None, now: Action) -> str:
    """Undo an `apply`: the action as it was before, or gone where there was none. Says so in a sentence.

    The version goes on counting: two different codes of one version would be a lie in the records.
    """
    if before is None:
        client.actions.delete(name)
        return f"{name} was taken away again."
    version = next_version(now.version)
    note = before.annotations.get(annotation.NAME)
    # fnkit's note has to name the version that it belongs to, or it would look changed by hand.
    own = {annotation.NAME: {**note, "version": version}} if isinstance(note, dict) else {}
    draft = Draft(
        exec={key: value for key, value in before.exec.items() if key != "binary"},
        limits=before.limits,
        parameters=own_parameters(before, annotation.read(before)),
        annotations={**before.annotations, **own},
        drop=tuple(set(now.annotations) - set(before.annotations)),
        publish=before.publish,
        version=version,
    )
    client.actions.put(name, draft, overwrite=True)
    return f"{name} {before.version} is back, as {version}."
