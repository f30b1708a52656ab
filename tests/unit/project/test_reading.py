"""What a manifest says, and where it is wrong."""

from pathlib import Path

import pytest

from fnkit.core.errors import BadArgument
from fnkit.events.sources import storage
from fnkit.project.environment import within
from fnkit.project.manifest import Function, Project, Rule, Sequence, Trigger
from fnkit.project.reading import read

WHOLE = """
name: video
package: clips
stores: {inbox: films/}
values: {rate: 2, who: Ada}
functions:
  frames:
    from: work.py:frames
    memory: 512
    param: {rate: "${values.rate}", greeting: "Dear ${values.who}, from ${stores.inbox}"}
    include: [words.txt]
    test: {photo: "@one.jpg", n: 3}
  detect:
    from: work.ipynb
flows:
  pipeline:
    from: flows.py:pipeline
sequences:
  both:
    actions: frames, detect
triggers:
  landed:
    feed: /whisk.system/storage/objects
    param: {folder: "${stores.inbox}"}
rules:
  on-landed: {trigger: landed, action: pipeline}
  shouted: {trigger: landed, action: /whisk.system/utils/echo}
environments:
  stage:
    host: http://127.0.0.1:4000
    key: env:STAGE_KEY
    prefix: stage-
    stores: {inbox: "s3://films"}
    param: {frames: {rate: 9}, landed: {every: 10}}
"""


WIRED = """
functions: {a: {from: a.py}}
triggers: {t: {feed: /whisk.system/storage/changes, param: {store: "objects:in/"}}}
rules:
  r:
    trigger: t
    action: a
"""


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "fnkit.yaml"
        path.write_text(text)
        return path

    return write


def test_everything_that_a_manifest_may_say(written, tmp_path):
    project, environment = read(written(WHOLE))
    frames, detect = project.functions
    assert frames == Function(
        "frames",
        tmp_path / "work.py",
        "frames",
        {
            "memory": 512,
            "param": {"rate": 2, "greeting": "Dear Ada, from films/"},
            "include": [tmp_path / "words.txt"],
            "test": {"photo": tmp_path / "one.jpg", "n": 3},
        },
    )
    assert (detect.source, detect.entry) == (tmp_path / "work.ipynb", None)
    assert project.sequences == (Sequence("both", ("frames", "detect")),)
    assert project.triggers == (Trigger("landed", "/whisk.system/storage/objects", {"folder": "films/"}),)
    assert project.rules[0] == Rule("on-landed", "landed", "pipeline")
    assert (environment.name, environment.prefix) == ("", "")


def test_an_environment_has_names_and_values_of_its_own(written):
    project, environment = read(written(WHOLE), "stage")
    there = within(project, environment)
    assert environment.key == "env:STAGE_KEY"
    assert (there.package, there.mark) == ("stage-clips", "video@stage")
    assert there.functions[0].name == "stage-clips/frames"
    assert there.functions[0].options["param"]["rate"] == 9
    assert there.functions[0].options["param"]["greeting"] == "Dear Ada, from s3://films"
    assert there.functions[0].options["annotation"] == {"fnkit-project": "video@stage"}
    assert there.sequences[0].actions == ("stage-clips/frames", "stage-clips/detect")
    assert there.triggers[0].name == "stage-landed"
    assert there.triggers[0].parameters == {"folder": "s3://films", "every": 10}
    on_landed = Rule("stage-on-landed", "stage-landed", "stage-clips/pipeline", between="stage-clips/on-landed")
    assert there.rules[0] == on_landed
    assert there.rules[1].action == "/whisk.system/utils/echo"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("functions: {a: {memory: 3}}", ["functions.a.from is missing"]),
        ("functions: {a: {from: a.py, memory: many}}", ["functions.a.memory is 'many', not a number"]),
        ("functions: {a: {from: a.py, memory: true}}", ["functions.a.memory is True, not a number"]),
        ("functions: {a: {from: a.py, memroy: 3}}", ["functions.a.memroy", "Did you mean memory?"]),
        ("function: {}", ["function is not known", "Did you mean functions?"]),
        ("functions: [a, b]", ["functions is not a table"]),
        ("functions: {a: {from: '${stores.nowhere}'}}", ["functions.a.from asks for ${stores.nowhere}"]),
        ("rules: {r: {trigger: t, action: a}}", ["r names the action 'a'", "not declared"]),
        ("functions: {'a/b': {from: a.py}}", ["'a/b' is no name"]),
        ("functions: {a: {from: a.py}}\nflows: {a: {from: a.py}}", ["the action a is declared twice"]),
        ("environments: {stage: {key: 1234:secret}}", ["environments.stage.key"]),
        ("environments: {stage: {key: '23bc:123z'}}", ["environments.stage.key does not say where"]),
        ("environments: {stage: {param: {a: {n: 1}}}}", ["environments.stage.param names 'a'"]),
        (f"{WIRED}    where: {{a: x}}", ["rules.r", "pattern.a", "must stand in a list"]),
        (f"{WIRED}    where: [a]", ["rules.r.where is not a table"]),
        (f"{WIRED}    where: {{}}", ["rules.r", "an empty object"]),
        (f"{WIRED}    on_success: b", ["r names the action 'b'", "not declared"]),
        (f"{WIRED}    on_failure: trigger:u", ["r names the trigger 'u'", "not declared"]),
        (f"{WIRED}    on_failure: ftp:x", ["rules.r", "nothing is delivered there"]),
        (f"{WIRED}    on_success: trigger:t", ["rules.r", "run for ever"]),
        (f"{WIRED}    on_success: a", ["rules.r", "run for ever"]),
        (f"{WIRED}    on_success: objects:in/out/", ["rules.r", "is watched"]),
        (f"{WIRED}    retry: 50", ["rules.r", "retries is 50"]),
        (f"{WIRED}    retry: true", ["rules.r.retry is True, not a number"]),
        (WIRED.replace("objects:in/", "s4://in"), ["triggers.t", "nothing watches s4:"]),
        (WIRED.replace("store:", "stoer:"), ["triggers.t", "Did you mean store?"]),
        ("stores: {a: '${values.b}'}", ["stores.a asks for ${values.b}"]),
        ("a: [", ["it is not YAML"]),
        ("just a text", ["the file is not a table"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(written, text, words):
    path = written(text)
    with pytest.raises(BadArgument) as caught:
        read(path, "stage" if "environments" in text else None)
    for word in (*words, str(path)):
        assert word in str(caught.value)


def test_a_key_in_a_manifest_is_not_repeated(written):
    with pytest.raises(BadArgument) as caught:
        read(written("environments: {stage: {key: '23bc46b1:123zO3xZ'}}"))
    assert "123zO3xZ" not in str(caught.value)


def test_no_such_environment_and_no_such_file(written, tmp_path):
    with pytest.raises(BadArgument, match=r"declares no such one\. It has: stage"):
        read(written(WHOLE), "production")
    with pytest.raises(BadArgument, match="there is no such file"):
        read(tmp_path / "other.yaml")


WSKDEPLOY = """
project:
  name: hello
  packages:
    greetings:
      version: 1.0
      license: Apache-2.0
      dependencies: {other: {location: github.com/a/b}}
      actions:
        hello:
          function: src/hello.py
          runtime: python:3.11
          main: greet
          inputs:
            name: Ada
            place: {type: string, value: Paris}
            age: {type: integer, description: none yet}
          limits: {timeout: 30000, memorySize: 128, logSize: 2}
          annotations: {note: mine}
          web: true
          docker: some/image
      sequences:
        twice: {actions: "hello, hello"}
      triggers:
        morning: {feed: /whisk.system/alarms/alarm, inputs: {cron: "0 8 * * *"}}
      rules:
        greet-them: {trigger: morning, action: twice}
"""


def test_openwhisks_own_manifest_is_read_for_what_is_shared(written, tmp_path):
    project, _ = read(written(WSKDEPLOY))
    assert project == Project(
        name="hello",
        package="greetings",
        functions=(
            Function(
                "hello",
                tmp_path / "src" / "hello.py",
                "greet",
                {
                    **{"timeout": 30000, "memory": 128, "logs": 2, "kind": "python:3.11", "web": "true"},
                    **{"param": {"name": "Ada", "place": "Paris"}, "annotation": {"note": "mine"}},
                },
            ),
        ),
        sequences=(Sequence("twice", ("hello", "hello")),),
        triggers=(Trigger("morning", "/whisk.system/alarms/alarm", {"cron": "0 8 * * *"}),),
        rules=(Rule("greet-them", "morning", "twice"),),
        notes=(
            "project.packages.greetings.dependencies has no meaning here and is left out.",
            "project.packages.greetings.actions.hello.docker has no meaning here and is left out.",
        ),
    )


VARIABLES = """
packages:
  greetings:
    actions:
      hello:
        function: "${PLACE}/hello.py"
        inputs: {word: $WORD, price: "5 $ for ${WORD}s", each: [$WORD, 1], least: $5}
"""


def test_a_foreign_manifest_asks_the_environment(written, tmp_path, monkeypatch):
    monkeypatch.setenv("PLACE", "src")
    monkeypatch.setenv("WORD", "owl")
    (function,) = read(written(VARIABLES))[0].functions
    assert function.source == tmp_path / "src" / "hello.py"
    assert function.options["param"] == {"word": "owl", "price": "5 $ for owls", "each": ["owl", 1], "least": "$5"}
    monkeypatch.delenv("WORD")
    with pytest.raises(BadArgument, match=r"hello\.inputs\.word asks for \$WORD.*export WORD=…"):
        read(written(VARIABLES))


ROUTED = """
package: clips
values: {root: "", hook: "https://one/x", size: 1}
stores: {films: "objects:${values.root}films/", broken: "objects:${values.root}broken/"}
functions: {look: {from: a.py, tolerance: 1}, tell: {from: a.py}}
triggers:
  landed: {feed: /whisk.system/storage/changes, param: {store: "${stores.films}", suffix: .mkv}}
  here: {feed: /whisk.system/storage/changes, param: {store: films}}
  seen: {}
rules:
  look:
    trigger: landed
    where: {size: [{numeric: [">", "${values.size}"]}]}
    action: look
    on_success: trigger:seen, /guest/other
    on_failure: ["${stores.broken}", action:tell, "${values.hook}"]
    dead_letter: tell
    retry: 2
    pause: 3
environments: {stage: {prefix: stage-, values: {root: stage/}}}
"""


def test_a_rule_has_a_pattern_and_destinations(written):
    project = within(*read(written(ROUTED), "stage", {"hook": "https://two/y?key=hush"}))
    (rule,) = project.rules
    assert (rule.name, rule.trigger, rule.action) == ("stage-look", "stage-landed", "stage-clips/look")
    route = rule.route
    assert (route.first, route.target) == ("/_/stage-clips/look-router", "/_/stage-clips/look")
    assert route.pattern == {"size": [{"numeric": [">", 1]}]}
    outcome = route.outcome
    assert [one.to for one in outcome.success] == ["/_/stage-seen", "/guest/other"]
    assert [one.to for one in outcome.failure] == [
        "stage/broken/",
        "/_/stage-clips/tell",
        "https://two/y?key=hush",
    ]
    assert [one.to for one in outcome.dead] == ["/_/stage-clips/tell"]
    assert (outcome.retries, outcome.pause) == (2, 3.0)
    assert [made.name for made in route.generated] == ["stage-clips/look-router", "stage-clips/look-destination"]
    assert project.triggers[0].source == storage("objects:stage/films/", suffix=".mkv")


def test_a_folder_is_named_from_the_file(written, tmp_path):
    project, _ = read(written(ROUTED))
    assert project.triggers[1].source == storage(tmp_path / "films")


def test_a_whole_number_is_a_tolerance(written):
    project, _ = read(written(ROUTED))
    assert project.functions[0].options == {"tolerance": 1.0}


def test_a_value_from_the_line_is_one_of_the_file(written):
    with pytest.raises(BadArgument, match=r"no value 'hok'\. Did you mean hook\?"):
        read(written(ROUTED), None, {"hok": "x"})
