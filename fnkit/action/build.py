"""spec + target → bundle: pure but for the libraries' cache."""

import zipfile
from dataclasses import replace
from functools import partial
from typing import Literal

from fnkit.action import beside, vendor
from fnkit.action.bundle import Bundle, Layer, LayerFile
from fnkit.action.imports import constraints
from fnkit.action.inject import injected
from fnkit.action.spec import ActionSpec, Companion, Packed
from fnkit.action.target import Target
from fnkit.action.vendor import Libraries
from fnkit.core import places
from fnkit.core.entities import MIB, ModelFile
from fnkit.core.errors import BadArgument, BadModel, TooLarge

ModelIn = Literal["auto", "bundle"]
"""`auto`: the model travels in the zip where it fits; `bundle`: it must."""


def build(spec: ActionSpec | Packed, target: Target, model: ModelIn = "auto") -> Bundle:
    """The bundle of `spec` for `target`: the same bytes for the same spec, wherever it is made.

    Raises MissingPackage, and TooLarge before anything is sent, with what each part weighs and what to do.
    """
    if isinstance(spec, Packed):
        code = _packed_files(spec)
        bundle = Bundle(
            (Layer("code", code),), spec.entry, spec.entry.name, target, notes=(*spec.notes, *spec.warnings)
        )
        weights: dict[str, int] = {}
    else:
        bundle, weights = _from_spec(spec, target)
    return _with_model(bundle, spec.model, target, model, weights)


def _from_spec(spec: ActionSpec, target: Target) -> tuple[Bundle, dict[str, int]]:
    _check_loads(spec)
    made = injected(spec, target.python)
    libraries = vendor.vendored(spec.requirements, constraints(spec.requirements), target)
    code = (LayerFile.of("__main__.py", made.text.encode()), *map(_file, spec.companions))
    layers = [Layer("code", tuple(sorted(code, key=lambda file: file.path)))]
    if libraries.layer is not None:
        _check_clash(layers[0], libraries.layer)
        layers.append(libraries.layer)
    bundle = Bundle(
        tuple(layers),
        spec.entry,
        made.main,
        target,
        made.origins,
        libraries.requirements,
        libraries.provided,
        (*spec.notes, *spec.warnings, *_other_versions(spec, libraries)),
        libraries.image,
    )
    return bundle, libraries.weights


def _check_loads(spec: ActionSpec) -> None:
    """A model that is loaded by its name has to travel: say so before the action misses it."""
    paths = {companion.path for companion in spec.companions}
    for name in spec.loads if spec.model is None else ():
        if not name.startswith(("https:", "http:", "file:")) and name.removeprefix("./") not in paths:
            raise BadModel(f"Bundling the model {name}", "no --model was given.", f"Add --model {name}")


def _file(companion: Companion) -> LayerFile:
    # The mode is left behind on purpose: it hangs on umask, and an action's files are read, not run.
    return LayerFile.of(companion.path, companion.content.read_bytes())


def _packed_files(spec: Packed) -> tuple[LayerFile, ...]:
    if spec.content.is_dir():
        files = [_file(companion) for companion in beside.files(spec.content, spec.content)]
    else:
        with zipfile.ZipFile(spec.content) as archive:
            files = [
                LayerFile.of(info.filename, archive.read(info), bool(info.external_attr >> 16 & 0o100))
                for info in archive.infolist()
                if not info.is_dir()
            ]
    files += map(_file, spec.companions)
    return tuple(sorted((file for file in files if file.path != "fnkit.json"), key=lambda file: file.path))


def _with_model(
    bundle: Bundle, model: ModelFile | None, target: Target, wanted: ModelIn, weights: dict[str, int]
) -> Bundle:
    if model is not None:
        file = LayerFile(model.sha256, model.sha256, model.size, model.path)
        layer = Layer("model", (file,), places.cache() / "packed" / f"{model.sha256}.zip")
        full = replace(bundle, layers=(*bundle.layers, layer), model=model)
        if target.embedded or full.base64_size <= target.limit:
            return full
        if wanted == "bundle" or model.url is None:
            raise _too_large(full, target, weights, model)
        bundle = replace(bundle, model=model)
    if bundle.base64_size > target.limit:
        raise _too_large(bundle, target, weights, None)
    return bundle


def _too_large(bundle: Bundle, target: Target, weights: dict[str, int], model: ModelFile | None) -> TooLarge:
    packed = partial(_mib, digits=1)
    heaviest = sorted(weights.items(), key=lambda item: -item[1])[:6]
    parts = [f"{name} {packed(size)}" for name, size in heaviest]
    parts += [f"{model.name} {packed(model.size)}"] if model else []
    own = sum(file.size for file in bundle.code.files)
    parts += [f"your files {packed(own)}"] if own > MIB or not parts else []
    advice = (
        f"Say where an instance may download {model.name}: --model-url URL"
        if model
        else "Import less, leave files out, or fetch them when the action runs."
    )
    return TooLarge(
        "Building the zip",
        f"it is {packed(bundle.base64_size)} in base64, as OpenWhisk counts; the limit is {packed(target.limit)}. "
        f"Unpacked: {', '.join(parts)}.",
        advice,
    )


def _mib(size: int, digits: int) -> str:
    return f"{size / MIB:.{digits}f} MiB"


def _check_clash(code: Layer, libraries: Layer) -> None:
    both = {file.path for file in code.files} & {file.path for file in libraries.files}
    if both:
        raise BadArgument(
            "Putting the bundle together", f"your files and the libraries both have {min(both)}.", "Rename yours."
        )


def _other_versions(spec: ActionSpec, libraries: Libraries) -> list[str]:
    wanted = dict(each.split("==") for each in spec.requirements if each.count("==") == 1)
    return [
        f"{each.name}: the image has {each.version}, this notebook {wanted[each.name]}; the image's is used."
        for each in libraries.provided
        if each.name in wanted and wanted[each.name] != each.version
    ]
