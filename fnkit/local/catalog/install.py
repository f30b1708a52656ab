"""Brings `whisk.system` into the store: what is not there yet, or differs since fnkit or Python changed."""

import asyncio
from collections.abc import Mapping

from fnkit.core.entities import Json, dict_to_pairs
from fnkit.local.catalog.listed import OFFERS, Offer, description
from fnkit.local.documents import action_document, next_version, read_action
from fnkit.local.entities import Entities

NAMESPACE = "whisk.system"
"""No key opens it; its packages are public."""


async def install(entities: Entities, kinds: Mapping[str, str]) -> None:
    """Make the packages and their actions, all in one commit; `kinds` as the platform offers them."""
    packages = dict.fromkeys(offer.package for offer in OFFERS)
    await asyncio.gather(
        *(_put_package(entities, package) for package in packages),
        *(_put_action(entities, offer, kinds) for offer in OFFERS),
    )


async def _put_package(entities: Entities, name: str) -> None:
    old = entities.find(NAMESPACE, name)
    document: dict[str, Json] = {
        "parameters": [],
        "annotations": dict_to_pairs({"description": description(name)}),
        "publish": True,
        "binding": {},
    }
    version = next_version(old.document if old else None)
    if old is None or {**old.document, "version": version} != {**document, "version": version}:
        await entities.put("package", (NAMESPACE, name), {**document, "version": version})


async def _put_action(entities: Entities, offer: Offer, kinds: Mapping[str, str]) -> None:
    name, code = f"{offer.package}/{offer.name}", offer.code
    body = {"exec": {"kind": "python:default", "code": code}, "annotations": dict_to_pairs(offer.annotations)}
    fresh = action_document(read_action(body, kinds), None)
    old = entities.find(NAMESPACE, name)
    version = next_version(old.document if old else None)
    same = old and {**old.document, "version": version} == {**fresh, "version": version}
    if old is None or not same or entities.code(old) != code:
        await entities.put("action", (NAMESPACE, name), {**fresh, "version": version}, code)
