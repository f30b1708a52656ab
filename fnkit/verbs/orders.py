"""From what a person asked for to the values of the rooms below: a spec, settings, a test."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fnkit.core.entities import Json, Limits, ModelFile
from fnkit.core.errors import BadArgument
from fnkit.core.names import ActionName
from fnkit.verbs.options import BuildOptions, DeployOptions

if TYPE_CHECKING:
    from fnkit.action.cells import Cells
    from fnkit.action.spec import ActionSpec, Packed, Wishes
    from fnkit.delivery.order import Settings, Test


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be deployed, how, and on which input it is tried."""

    spec: "ActionSpec | Packed"
    settings: "Settings"
    test: "Test | None"


def order(
    source: Any, name: str | None, options: DeployOptions | BuildOptions, cells: "Cells | None" = None
) -> Order:
    """The values of what was asked for; `source` is a function, the cells of a notebook, or a path.

    `cells` is where a function lives, None where that is for it to say.

    Raises BadArgument, BadCell, BadModel, MissingPackage.
    """
    return Order(spec(source, name, options, cells), settings(cast(DeployOptions, options)), test(source, options))


def spec(
    source: Any, name: str | None, options: BuildOptions, cells: "Cells | None" = None
) -> "ActionSpec | Packed":
    """What travels: the slice of a function, or a folder or zip as it is."""
    from fnkit.action import cell
    from fnkit.action.cells import Cells

    asked = wishes(options)
    if isinstance(source, Cells):
        return cell.from_cells(_name(name), source, asked)
    if callable(source):
        return cell.from_function(_name(name or source.__name__), source, asked, cells or history(source))
    if source is None and name is not None and Path(name).expanduser().is_file():
        raise BadArgument(
            f"Deploying {name}",
            "a file stands where the action's name belongs.",
            f"The name comes first: NAME {name}.",
        )
    if not isinstance(source, str | Path):
        raise BadArgument(
            f"Deploying {name or source!r}",
            "it is not said what." if source is None else f"a {type(source).__name__} is not a function.",
            "Give a script, a notebook, a folder or a zip; in Python a function.",
        )
    return cell.from_path(_name(name), Path(source).expanduser(), asked)


def settings(options: DeployOptions) -> "Settings":
    """The settings of the action; what is not asked for is OpenWhisk's default."""
    from fnkit.delivery import secrets
    from fnkit.delivery.order import Settings

    usual = Limits()
    limits = Limits(
        timeout=options.get("timeout", usual.timeout),
        memory=options.get("memory", usual.memory),
        concurrency=options.get("concurrency", usual.concurrency),
        logs=options.get("logs", usual.logs),
    )
    made = Settings(
        limits=limits,
        parameters=options.get("param", {}),
        secrets=tuple(secrets.find(name) for name in options.get("secret", ())),
        annotations={**options.get("annotation", {}), **_web(options.get("web"))},
        model="bundle" if options.get("bundle_model") else "auto",
    )
    return replace(made, kind=options["kind"]) if options.get("kind") else made


def _web(word: str | None) -> Mapping[str, Json]:
    """The annotations of `--web`, in wsk's words; none where it is not said."""
    from fnkit.whisk.web import Export, annotations

    if word is None:
        return {}
    meant = {"yes": "true", "no": "false"}.get(str(word).lower(), str(word).lower())
    if meant not in list(Export):
        raise BadArgument(f"Reading --web {word}", "it is not one of true, raw and false.")
    return annotations(Export(meant))


def test(source: Any, options: BuildOptions) -> "Test | None":
    """The input to try, None where none was given. An empty one, `--test {}`, is one too."""
    from fnkit.action.cells import Cells
    from fnkit.delivery.order import Test

    arguments = options.get("test")
    if arguments is None:
        return None
    function: Callable[..., Any] | None = source if callable(source) else None
    if isinstance(source, Cells) and source.namespace is not None and source.ran:
        function = source.namespace.get(options.get("entry") or "main")
    made = Test(arguments, tuple(options.get("ignore", ())), function=function)
    return replace(made, tolerance=options["tolerance"]) if "tolerance" in options else made


def _name(name: str | None) -> ActionName:
    if name is None:
        raise BadArgument("Deploying", "the action has no name.", 'Give one: fnkit.deploy(…, "name").')
    return ActionName.parse(name)


def history(function: Callable[..., Any]) -> "Cells | None":
    """The cells of the notebook that a function lives in, None where it lives in a module.

    A notebook's namespace holds `get_ipython`: this needs no IPython here.
    """
    from fnkit.action.cells import from_history

    namespace = getattr(inspect.unwrap(function), "__globals__", {})
    if "get_ipython" not in namespace:
        return None
    return from_history(namespace["get_ipython"]().history_manager.input_hist_raw, namespace)


def wishes(options: BuildOptions) -> "Wishes":
    """The options that make a spec."""
    from fnkit.action.spec import Wishes

    made = Wishes(
        includes=tuple(Path(path).expanduser() for path in options.get("include", ())),
        requires=tuple(options.get("require", ())),
        model=_model(options),
    )
    return replace(made, entry=options["entry"]) if options.get("entry") else made


def _model(options: BuildOptions) -> ModelFile | None:
    """The model's checked file, and the URL that an instance has it from."""
    source, url = options.get("model"), options.get("model_url")
    if source is None and url is None:
        return None
    from fnkit.models import download

    found = download.fetch(str(source or url))
    return replace(found, url=url.partition("#sha256=")[0]) if url else found
