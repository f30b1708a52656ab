"""What is installed in whisk.system, and when."""

import asyncio

from fnkit.local.catalog.install import NAMESPACE, install
from fnkit.local.catalog.listed import OFFERS
from fnkit.local.entities import Entities
from fnkit.local.store import Store

KINDS = {"python:default": "python:3.11"}


def versions(entities):
    return {one.name: one.document["version"] for one in entities.all(NAMESPACE, "action")}


def test_it_is_installed_once_and_again_only_where_it_changed(tmp_path):
    async def all_of_it():
        entities = Entities(Store(tmp_path / "db"))
        await install(entities, KINDS)
        first = versions(entities)
        assert first == {f"{offer.package}/{offer.name}": "0.0.1" for offer in OFFERS}
        generation = entities.generation
        await install(entities, KINDS)
        assert (versions(entities), entities.generation) == (first, generation)
        await entities.delete(entities.get(NAMESPACE, "utils/cat", "action"))
        echo = entities.get(NAMESPACE, "utils/echo", "action")
        await entities.put("action", (NAMESPACE, echo.name), echo.document, "of another version")
        await install(entities, KINDS)
        assert versions(entities) == {**first, "utils/echo": "0.0.2"}
        await install(entities, {"python:default": "python:3.12"})
        found = entities.all(NAMESPACE, "action")
        assert {one.document["exec"]["kind"] for one in found} == {"python:3.12"}

    asyncio.run(all_of_it())
