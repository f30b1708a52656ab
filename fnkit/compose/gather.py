"""The records of one session, fetched with few requests from any OpenWhisk."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fnkit.compose.runs import is_compound, named
from fnkit.core.entities import Activation
from fnkit.core.errors import Missing
from fnkit.whisk.client import Client
from fnkit.whisk.resource import MOST

PAGES = 25
"""Pages of records that are read at most; what is in none of them is fetched by its id."""


@dataclass(slots=True)
class Gatherer:
    """The records of a session, as far as they are known: `look` fetches those that are new."""

    client: Client
    id: str
    records: dict[str, Activation] = field(default_factory=dict)
    began: dict[str, str | None] = field(default_factory=dict)
    """How the instances of cold runs began, where the platform tells."""

    def look(self) -> Mapping[str, Activation]:
        """Everything that is known now. Raises Missing where there is no such activation."""
        root = self.records.get(self.id) or self.client.activations.find(self.id)
        if root is not None:
            self.records[root.id] = root
            if is_compound(root):
                self._window(root.start, root.end)
                self._named()
        else:
            self._running()
        self._beginnings()
        return self.records

    def _window(self, since: int, upto: int | None) -> None:
        """What belongs to the session among all that ran in that time."""
        found: dict[str, Activation] = {}
        for page in range(PAGES):
            records = self.client.activations.records(limit=MOST, skip=page * MOST, since=since, upto=upto)
            found |= {record.id: record for record in records}
            if len(records) < MOST:
                break
        # A record tells what it is part of: from the outermost in, as long as there are more.
        while True:
            wanted = {self.id} | self._wanted() | set(self.records)
            more = {
                one.id: one
                for one in found.values()
                if one.id not in self.records and (one.cause in wanted or one.id in wanted)
            }
            if not more:
                return
            self.records |= more

    def _wanted(self) -> set[str]:
        """The ids that the records name: steps, and branches."""
        return {one for record in self.records.values() for one in named(record)}

    def _named(self) -> None:
        """What the records name and no page had, one by one."""
        while missing := [one for one in self._wanted() if one not in self.records]:
            found = [record for one in missing if (record := self.client.activations.find(one))]
            self.records |= {record.id: record for record in found}
            if not found:
                return

    def _running(self) -> None:
        """Of a session that is not over its steps name it; it is not named itself."""
        embedded = self.client.embedded
        if embedded is not None:
            embedded.progress(self.id)  # raises Missing
        starts = [record.start for record in self.records.values()]
        self._window(min(starts, default=0), None) if starts else self._window(self._since(), None)
        if embedded is None and not self.records:
            raise Missing(
                f"Looking for the session {self.id} at {self.client.props.host}",
                "there is no record of it, and none of a step of it (yet).",
                "fnkit sessions shows those that are there.",
                404,
            )

    def _since(self) -> int:
        """A time before the first step: records are asked for by time."""
        newest = self.client.activations.list(limit=MOST)
        return min((one.start for one in newest if one.cause == self.id), default=0)

    def _beginnings(self) -> None:
        embedded = self.client.embedded
        if embedded is None:
            return
        for record in self.records.values():
            if record.init_time is not None and record.id not in self.began:
                try:
                    self.began[record.id] = embedded.progress(record.id).began
                except Missing:
                    self.began[record.id] = None
