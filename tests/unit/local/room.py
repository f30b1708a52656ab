"""A controller over a store of its own, with actions run in the test itself."""

from fnkit.core.clock import now_ms
from fnkit.local.activations import Activations
from fnkit.local.controller import Controller
from fnkit.local.documents import action_document, read_action
from fnkit.local.entities import Entities
from fnkit.local.invocable import Ask
from fnkit.local.positions import Positions
from fnkit.local.store import Store
from fnkit.local.throttles import Throttles
from fnkit.local.users import Users, ensure_user
from tests.unit.local.inprocess import InProcess

KINDS = {"python:3": "python:3.11"}
ECHO = "def main(args): return {'got': args}"


class Room:
    """A controller over a store of its own."""

    def __init__(self, path):
        self.path = path
        self.scheduler = InProcess()
        self.open()

    def open(self):
        self.store = Store(self.path)
        self.caller = ensure_user(self.store)
        self.users = Users(self.store)
        self.entities = Entities(self.store)
        self.activations = Activations(self.store)
        self.use(self.scheduler)

    def use(self, scheduler):
        positions = Positions(self.store, self.activations)
        self.throttles = Throttles()
        self.controller = Controller(
            self.entities, self.activations, positions, scheduler, self.throttles, "http://here"
        )
        return scheduler

    async def action(self, name, code=ECHO, parameters=(), annotations=()):
        return await self.put(name, {"kind": "python:3", "code": code}, parameters, annotations)

    async def sequence(self, name, *components):
        return await self.put(name, {"kind": "sequence", "components": [f"/_/{one}" for one in components]})

    async def put(self, name, executable, parameters=(), annotations=()):
        body = {"exec": executable, "parameters": list(parameters), "annotations": list(annotations)}
        put = read_action(body, KINDS, "guest")
        return await self.entities.put("action", ("guest", name), action_document(put, None), put.exec.code)

    async def package(self, name, parameters, binding=None):
        document = {
            "parameters": list(parameters),
            "annotations": [],
            "publish": False,
            "version": "0.0.1",
            "binding": binding or {},
        }
        return await self.entities.put("package", ("guest", name), document)

    async def invoke(self, name, arguments=None, wait=60.0, binding=None):
        invocable = self.controller.resolve("guest", name, binding)
        ask = Ask(self.caller, "t" * 32, now_ms(), arguments or {}, wait)
        return await self.controller.invoke(invocable, ask)
