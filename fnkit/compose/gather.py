"""The records of one session, fetched with few requests from any OpenWhisk."""

from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from fnkit.compose.runs import is_compound, named
from fnkit.core.entities import Activation
from fnkit.core.errors import Missing
from fnkit.whisk.client import Client
from fnkit.whisk.embedded import Running
from fnkit.whisk.resource import MOST, pages

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
    running: Running | None = None
    """Where it is, while it runs and where the platform tells."""

    def look(self) -> None:
        """Fetch what is new. Raises Missing where there is no such activation."""
        self.running = None
        root = self.records.get(self.id) or self.client.activations.find(self.id)
        if root is None:
            self._going_on()
        else:
            self.records[root.id] = root
            if is_compound(root):
                self._window(root.start, root.end)
                self._named()
        self._beginnings()

    def _going_on(self) -> None:
        """Of what is not over there is no record: its steps say what they are part of."""
        if self.client.embedded is not None:
            progress = self.client.embedded.progress(self.id)  # raises Missing
            if progress.state == "done":
                self.look()
                return
            self.running = progress.running
        since = self.running.start if self.running else self._first_step()
        if since is not None:
            self._window(since, None)
            self._named()
            if self.id in self.records:  # it ended meanwhile
                self.look()
        elif self.client.embedded is None:
            raise Missing(
                f"Looking for the session {self.id} at {self.client.props.host}",
                "there is no record of it, and none of a step of it (yet).",
                "fnkit sessions shows those that are there.",
                404,
            )

    def _first_step(self) -> int | None:
        """When the first step began that is known."""
        known = [(one.cause, one.start) for one in self.records.values()]
        known += [(one.cause, one.start) for one in self.client.activations.list(limit=MOST)]
        return min((start for cause, start in known if cause == self.id), default=None)

    def _window(self, since: int, upto: int | None) -> None:
        """What belongs to the session among all that ran in that time."""
        found: dict[str, Activation] = {}
        read = partial(self.client.activations.records, None, since=since, upto=upto)
        for page in islice(pages(read), PAGES):
            found |= {record.id: record for record in page if record.id not in self.records}
        # A record says what it is part of or is named by what it is part of: from the outermost inwards.
        while True:
            wanted = {self.id} | self._wanted() | set(self.records)
            more = {key: one for key, one in found.items() if one.cause in wanted or key in wanted}
            if not more:
                return
            self.records |= more
            found = {key: one for key, one in found.items() if key not in more}

    def _wanted(self) -> set[str]:
        """The ids that the records name: steps, and branches."""
        return {one for record in self.records.values() for one in named(record)}

    def _named(self) -> None:
        """What the records name and no page had, one by one."""
        asked: set[str] = set()
        while missing := [one for one in self._wanted() if one not in self.records and one not in asked]:
            asked.update(missing)
            found = [record for one in missing if (record := self.client.activations.find(one))]
            self.records |= {record.id: record for record in found}

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
