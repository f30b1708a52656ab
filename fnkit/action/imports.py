"""Which distribution an import comes from, by its files, pinned to what is installed here."""

import ast
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata

from fnkit.action.modules import Import
from fnkit.core.errors import BadArgument, BadCell, MissingPackage

_FRAMEWORKS = frozenset({"tensorflow", "keras", "tf_keras"})


def canonical_name(name: str) -> str:
    """A distribution's name as registries compare it. Source: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_name(requirement: str) -> str:
    """The name in `numpy>=2 ; python_version > '3.11'`. Raises BadArgument where there is none."""
    found = re.match(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)", requirement)
    if found is None:
        raise BadArgument(f"Reading --require {requirement}", "it does not begin with the name of a package.")
    return canonical_name(found[1])


def pinned(
    wanted: Iterable[Import], requires: Sequence[str], providers: Mapping[str, list[str]]
) -> tuple[str, ...]:
    """One `name==version` for each distribution that `wanted` comes from; `requires` adds or overrides.

    `providers` is `importlib.metadata.packages_distributions()`. Raises MissingPackage for what is not installed
    here, and BadCell for TensorFlow, which no action can carry.
    """
    asked = {requirement_name(requirement): requirement.strip() for requirement in requires}
    found: dict[str, str] = {}
    for each in wanted:
        if each.top in _FRAMEWORKS and not each.optional:
            raise _framework(each)
        for name in _distributions(each, providers):
            found[name] = f"{name}=={metadata.version(name).split('+')[0]}"
        if each.top not in providers and not each.optional and not asked:
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
    waiting = [requirement_name(requirement) for requirement in requirements]
    found: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[name] = f"{name}=={distribution.version.split('+')[0]}"
        waiting += [requirement_name(each) for each in distribution.requires or () if "extra ==" not in each]
    direct = {requirement_name(requirement) for requirement in requirements}
    return tuple(sorted(pin for name, pin in found.items() if name not in direct))


def _distributions(each: Import, providers: Mapping[str, list[str]]) -> list[str]:
    candidates = sorted({canonical_name(name) for name in providers.get(each.top, ())})
    if len(candidates) <= 1:
        return candidates
    # A top name that many share (`google`): only files tell.
    modules = [f"{each.module}.{name}" for name in each.names] + [each.module]
    for module in modules:
        path = module.replace(".", "/")
        owners = [name for name in candidates if _holds(name, path)]
        if owners:
            return owners[:1]
    return []


def _holds(distribution: str, path: str) -> bool:
    files = [str(file) for file in metadata.files(distribution) or ()]
    return any(
        file.startswith((f"{path}.py", f"{path}/__init__.py", f"{path}.abi3", f"{path}.cpython")) for file in files
    ) or ("/" in path and any(file.startswith(f"{path}/") for file in files))


def _framework(each: Import) -> BadCell:
    return BadCell(
        f"Looking for the package of `import {each.module}`",
        "TensorFlow is far over an action's size and memory limits.",
        "Convert the model with fnkit.models.convert(model, sample), load it with fnkit.models.load in the "
        "function, and deploy with --model.",
    )


def parse(source: str, name: str) -> ast.Module:
    """The tree of a module. Raises BadCell where it is not Python."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise BadCell(f"Reading {name}", f"line {error.lineno}: {error.msg}.", "Mend it there.") from error
