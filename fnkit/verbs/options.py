"""What `deploy` and `test` may be told besides what to deploy."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from fnkit.core.entities import Json
from fnkit.verbs.table import Option

Values = Annotated[
    Mapping[str, Json] | None, Option("of a project: in the place of one of its values", "NAME=VALUE")
]


class BuildOptions(TypedDict, total=False):
    """How a function becomes a bundle, and the input that it is tried on."""

    entry: Annotated[str, Option("the function to deploy (main where none is named)", "NAME")]
    model: Annotated[
        str, Option("a model of the catalogue, one you converted, a path, or an address as URL#sha256=…", "MODEL")
    ]
    model_url: Annotated[
        str,
        Option(
            "where an instance downloads the model that fits into no bundle; URL#sha256=… without --model",
            "URL",
        ),
    ]
    bundle_model: Annotated[bool, Option("put the model into the bundle, also where the platform has it already")]
    require: Annotated[Sequence[str], Option("a library to add, or to take in another version", "NAME==VERSION")]
    include: Annotated[Sequence[Path], Option("a file or folder that travels with the code", "PATH")]
    kind: Annotated[str, Option("the runtime: python:3, python:3.11, …", "KIND")]
    test: Annotated[
        Mapping[str, Json],
        Option(
            "an input that must give the same result everywhere: KEY=VALUE, KEY=@photo.jpg, @file.json, "
            "or {} for none at all",
            "KEY=VALUE",
        ),
    ]
    ignore: Annotated[Sequence[str], Option("a key of the result that may differ (timings may anyhow)", "KEY")]
    tolerance: Annotated[float, Option("how far apart two numbers of the result may be", "FLOAT")]


class DeployOptions(BuildOptions, total=False):
    """How the action is made on the platform."""

    param: Annotated[
        Mapping[str, Json], Option("a default parameter of the action", "KEY VALUE", short="-p", pair=True)
    ]
    secret: Annotated[
        Sequence[str], Option("an environment variable of the action, taken from yours or the keyring", "NAME")
    ]
    annotation: Annotated[
        Mapping[str, Json], Option("an annotation of the action", "KEY VALUE", short="-a", pair=True)
    ]
    web: Annotated[
        Literal["true", "raw", "false"],
        Option(
            "may anybody call it by its URL: true, raw (it reads the request itself) or false", "true|raw|false"
        ),
    ]
    with_actions: Annotated[bool, Option("deploy the actions that a flow brings along, too")]
    memory: Annotated[int, Option("the memory limit in MB", "MB", short="-m")]
    concurrency: Annotated[
        int, Option("runs at a time in one instance; only Node.js takes more than 1", "N", short="-c")
    ]
    timeout: Annotated[int, Option("the time limit in ms", "MS", short="-t")]
    logs: Annotated[int, Option("the log limit in MB", "MB", short="-l")]
    value: Values
    show: Annotated[bool, Option("give the action file and send nothing")]
    dry_run: Annotated[bool, Option("give the plan and send nothing")]
