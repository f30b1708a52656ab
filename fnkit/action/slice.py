"""What an entry function needs of a notebook: the statements that made it, and those that made what it uses.

The statements are kept in the order in which they ran, so that running them again gives the same values.
A name that a statement reads while it runs means what was bound before; a name that the body of a function
reads means what is bound when the function is called.
"""

import ast
from dataclasses import dataclass, field

from fnkit.action import remake
from fnkit.action.age import age
from fnkit.action.statements import Run, Statement
from fnkit.core.errors import BadCell

HOOKS = ("before_snapshot", "after_restore")
"""Functions of a notebook that travel though nobody calls them: the platform does, around a template's making."""


@dataclass(slots=True)
class Slice:
    """The statements that have to travel, and what was found on the way."""

    run: Run
    entry: str
    includes: frozenset[str] = frozenset()
    """Paths, as the code spells them, of files that travel too."""
    taken: dict[int, Statement] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """Every global name that is used: an import keeps only these."""
    stars: dict[str, str] = field(default_factory=dict)
    """Names that come from `from module import *`, with their module."""
    notes: list[str] = field(default_factory=list)
    _asked: dict[tuple[str, int], Statement] = field(default_factory=dict)
    _known_changes: dict[int, set[str]] = field(default_factory=dict)

    @property
    def statements(self) -> list[Statement]:
        """In the order in which they ran."""
        return [self.taken[index] for index in sorted(self.taken)]

    def need(self, name: str, at: int, user: str) -> None:
        """Take what made `name` as it was before statement `at`. `user` is who needs it, for messages."""
        waiting = [(name, at, user)]
        while waiting:
            name, at, user = waiting.pop()
            if (name, at) in self._asked or remake.builtin(name):
                continue
            maker = self.run.binder(name, at)
            if maker is None:
                self._without_maker(name, at, user, waiting)
                continue
            self._asked[name, at] = maker
            self.names.add(name)
            if name in maker.effects.deletes:
                raise BadCell(
                    f"Taking {self.entry} out of the notebook",
                    f"{user} needs {name}, which {maker.label} deleted.",
                    f"Run the cell that makes {name} again.",
                )
            earlier = self.run.binder(name, maker.index)
            if earlier is not None and name in maker.effects.changes and earlier.cell != maker.cell:
                raise remake.changed(name, earlier, maker, self.entry)  # `n += 1`
            if name not in maker.effects.sure and earlier is not None:
                waiting.append((name, maker.index, user))
            waiting += self._taking(maker, at)

    def _taking(self, statement: Statement, at: int) -> list[tuple[str, int, str]]:
        """Take a statement; gives what it needs in turn. It may be called at `at`, and by the entry at the end."""
        end = len(self.run.statements)
        if statement.index not in self.taken:
            remake.check(statement, self.run, self.entry, self.includes, self.notes)
            self.taken[statement.index] = statement
        user = next(iter(sorted(statement.effects.binds)), statement.label)
        own = statement.effects.binds
        needs = [
            (name, statement.index, user)
            for name in sorted(statement.effects.now)
            if name not in own or self.run.binder(name, statement.index) is not None
        ]
        later = sorted(statement.effects.later)
        needs += [(name, when, user) for name in later for when in {at, end}]
        # What a lambda reads is needed before it, too: `sorted(xs, key=lambda x: weights[x])`.
        soon = [
            name for name in sorted(statement.effects.soon) if self.run.binder(name, statement.index) is not None
        ]
        needs += [(name, statement.index, user) for name in soon]
        return needs

    def _without_maker(self, name: str, at: int, user: str, waiting: list[tuple[str, int, str]]) -> None:
        makers = [
            s
            for s in self.run.statements[:at]
            if name in changed_by(self.run, s) and not s.defines and s.index != at
        ]
        if makers:  # a function with `global name` made it
            self._asked[name, at] = makers[-1]
            self.names.add(name)
            for maker in makers:
                waiting += self._taking(maker, at)
            return
        if (module := remake.star(name, self.run, at)) is not None:
            self.stars[name] = module
            return
        raise remake.unknown(name, user, self.run, self.entry)

    def settle(self) -> None:
        """Look at what changed the values that are taken: carry it over where it is part of the making."""
        carried = own_functions(self.run, self.entry)
        seen: set[tuple[str, int]] = set()
        while fresh := [key for key in self._asked if key not in seen]:
            for name, at in fresh:
                seen.add((name, at))
                self._changes(name, at, carried)

    def _changes(self, name: str, at: int, carried: set[int]) -> None:
        maker = self._asked[name, at]
        if maker.imports:
            remake.settings(name, maker, self.run, self.notes)
            return
        origin = self.run.origin(name, at)
        touched = any(name in self.run.statements[index].effects.changes_later for index in carried)
        for statement in self.run.statements[origin[1] + 1 : at]:
            if not any(self.run.origin(other, statement.index) == origin for other in self._changed(statement)):
                continue
            touched = True
            if statement.index in self.taken:
                continue
            own = not any(
                self.run.origin(n, statement.index) == origin for n in changed_at_once(self.run, statement)
            )
            guilty = {
                index
                for index in _called(self.run, statement)
                if any(
                    self.run.origin(n, statement.index) == origin
                    for n in self.run.statements[index].effects.changes_later
                )
            }
            if own and guilty <= carried:
                # The action's own state, as a cache is.
                left = f"not carried over: what calls in the notebook did to {name}. An instance begins with what "
                self.notes += [note for note in [f"{left}{maker.label} made."] if note not in self.notes]
                continue
            if statement.cell != maker.cell:
                raise remake.changed(name, maker, statement, self.entry)
            for need in self._taking(statement, at):
                self.need(*need)
        remake.check_value(name, at, maker, self.run, self.entry, touched)

    def _changed(self, statement: Statement) -> set[str]:
        if statement.index not in self._known_changes:
            self._known_changes[statement.index] = changed_by(self.run, statement)
        return self._known_changes[statement.index]


def sliced(run: Run, entry: str, includes: frozenset[str] = frozenset()) -> Slice:
    """The slice of `run` that the function `entry` needs.

    Raises BadCell with the name, the cell that made it and what to do, where something that is needed cannot
    be made again: an open file, a used generator, a fitted estimator, what a later cell changed, …
    """
    result = Slice(run, entry, includes)
    end = len(run.statements)
    result.need(entry, end, entry)
    for hook in HOOKS:
        if (maker := run.binder(hook, end)) is not None and isinstance(maker.node, ast.FunctionDef):
            result.need(hook, end, hook)
    result.settle()
    result.notes += age(result.statements, run.cells)
    return result


def changed_at_once(run: Run, statement: Statement) -> set[str]:
    """The names that a statement itself changes in place."""
    called = {name for name, method in statement.effects.methods if method in run.changing}
    return statement.effects.changes | called


def changed_by(run: Run, statement: Statement) -> set[str]:
    """The names that a statement changes in place, itself or through the functions that it calls."""
    changed = changed_at_once(run, statement)
    for index in _called(run, statement):
        changed |= run.statements[index].effects.changes_later
    return changed


def _called(run: Run, statement: Statement) -> set[int]:
    """Functions of the notebook that a statement may run, also through one another and by other names."""
    return _reached(run, [(name, statement.index) for name in statement.effects.called])


def own_functions(run: Run, entry: str) -> set[int]:
    """The functions that a call of `entry` may run."""
    return _reached(run, [(entry, len(run.statements))])


def _reached(run: Run, waiting: list[tuple[str, int]]) -> set[int]:
    found: set[int] = set()
    while waiting:
        name, at = waiting.pop()
        maker = run.binder(name, at)
        if maker is not None and not maker.imports and maker.index not in found:
            found.add(maker.index)
            waiting += [(later, at) for later in maker.effects.later]
            waiting += [(held, maker.index) for held in _held(maker.node)]
    return found


def _held(node: ast.stmt) -> list[str]:
    """The names whose values an assignment may hold on to: `g` in `h = g` and in `h = partial(g, 1)`."""
    parts = list(ast.walk(node.value)) if isinstance(node, ast.Assign | ast.AnnAssign) and node.value else []
    called = {part.func for part in parts if isinstance(part, ast.Call)}
    return [part.id for part in parts if isinstance(part, ast.Name) and part not in called]
