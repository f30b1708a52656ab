"""Which distribution an import comes from, by its files, pinned to what is installed here."""

import ast
import re
import sys
from collections.abc import Iterable, Sequence

from fnkit.action.installed import canonical_name, needed, owners
from fnkit.action.modules import Import
from fnkit.core.errors import BadArgument, BadCell, MissingPackage

_FRAMEWORKS = frozenset({"tensorflow", "keras", "tf_keras"})


def requirement_name(requirement: str) -> str:
    """The name in `numpy>=2 ; python_version > '3.11'`. Raises BadArgument where there is none."""
    found = re.match(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)", requirement)
    if found is None:
        raise BadArgument(f"Reading --require {requirement}", "it does not begin with the name of a package.")
    return canonical_name(found[1])


def pinned(wanted: Iterable[Import], requires: Sequence[str]) -> tuple[str, ...]:
    """One `name==version` for each distribution that `wanted` comes from; `requires` adds or overrides.

    Raises MissingPackage for what is not installed here, and BadCell for TensorFlow, which no action can carry.
    """
    asked = {requirement_name(requirement): requirement.strip() for requirement in requires}
    wanted = list(wanted)
    known = owners(sorted({module for each in wanted for module in each.modules}))
    found: dict[str, str] = {}
    for each in wanted:
        if each.top in _FRAMEWORKS and not each.optional:
            raise _framework(each)
        owned = {known[module] for module in each.modules if module in known}
        found |= {name: f"{name}=={version}" for name, version in owned}
        if not owned and not each.optional and not asked:
            raise MissingPackage(
                f"Looking for the package of `import {each.module}`",
                "it is not installed here, and no module beside the notebook has that name.",
                f"Install it, or name its package: --require {each.top}",
            )
    return tuple(sorted((found | asked).values()))


def external(each: Import) -> bool:
    """True where an import is neither of the standard library nor of fnkit."""
    return each.top not in sys.stdlib_module_names and each.top != "fnkit"


def constraints(requirements: Sequence[str]) -> tuple[str, ...]:
    """What `requirements` need in turn, pinned to what is installed here: the kernel's versions."""
    direct = sorted({requirement_name(requirement) for requirement in requirements})
    found = needed(direct)
    return tuple(sorted(f"{name}=={version}" for name, version in found.items() if name not in direct))


def _framework(each: Import) -> BadCell:
    return BadCell(
        f"Looking for the package of `import {each.module}`",
        "TensorFlow is far over an action's size and memory limits.",
        "Convert the model with fnkit.models.convert(model, sample), load it with fnkit.models.load at the top "
        "of the cell, above the function, and deploy with --model.",
    )


def parse(source: str, name: str) -> ast.Module:
    """The tree of a module. Raises BadCell where it is not Python."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise BadCell(f"Reading {name}", f"line {error.lineno}: {error.msg}.", "Mend it there.") from error
