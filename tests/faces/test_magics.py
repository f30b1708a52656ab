"""What a person types in a notebook, in a real IPython shell against a real platform."""

import re
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from fnkit.core.errors import ActionFailed, BadCell, CheckFailed
from fnkit.delivery.invocation import Invocation
from fnkit.delivery.plan import Plan
from fnkit.delivery.receipt import Receipt
from fnkit.notebook.show import view

HELLO = """def main(name: str = "world", cakes: int = 12, guests: int = 3):
    return {"greeting": f"Hello, {name}!", "each": cakes / guests}
"""
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Ran:
    """What came of a cell."""

    ok: bool
    error: BaseException | None
    out: str
    err: str
    shown: list[dict[str, Any]]
    value: Any


@dataclass
class Kernel:
    """A shell that keeps a history, as a kernel does."""

    shell: InteractiveShell

    def __call__(self, source: str) -> Ran:
        with capture_output() as said:
            result = self.shell.run_cell(source, store_history=True)
        error = result.error_in_exec or result.error_before_exec
        shown = [output.data for output in said.outputs]
        return Ran(result.success, error, ANSI.sub("", said.stdout), said.stderr, shown, result.result)

    @property
    def names(self) -> dict[str, Any]:
        return self.shell.user_ns


@pytest.fixture
def kernel(platform, monkeypatch):
    """A fresh shell with fnkit loaded, on the session's platform."""
    monkeypatch.setenv("FNKIT_APIHOST", platform.apihost)
    monkeypatch.setenv("FNKIT_AUTH", platform.auth)
    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    hook = sys.displayhook
    made = Kernel(shell)
    assert made("%load_ext fnkit").ok
    yield made
    made("%unload_ext fnkit")
    InteractiveShell.clear_instance()
    sys.displayhook = hook


def test_one_cell_makes_an_action_and_the_function_is_here_too(kernel):
    done = kernel(f"%%deploy_action face-hello --test name=Ada\n{HELLO}")
    assert done.ok, done.out
    assert isinstance(done.value, Receipt)
    assert kernel("main('Grace')").value["greeting"] == "Hello, Grace!"
    call = kernel("%fnkit invoke face-hello name=Ada guests=4")
    assert isinstance(call.value, Invocation)
    assert call.value.result == {"greeting": "Hello, Ada!", "each": 3.0}
    assert re.fullmatch(r"[0-9a-f]{32}", call.value.id)


def test_the_same_code_again_is_unchanged_in_whichever_cell(kernel):
    kernel(f"%%deploy_action face-same\n{HELLO}")
    again = kernel(f"%%deploy_action face-same\n{HELLO}")
    assert again.value.plan.change == "unchanged"
    assert kernel("%fnkit deploy face-same --dry-run").value.change == "unchanged"


def test_the_first_contact_says_once_which_platform_and_why(kernel, platform):
    first = kernel(f"%%deploy_action face-once\n{HELLO}")
    assert re.search(rf"Using {platform.apihost}, .*FNKIT_APIHOST", first.out)
    again = kernel("import fnkit\nfnkit.invoke('face-once').result")
    assert again.ok
    assert platform.apihost not in again.out + again.err, "the magic has said it"


def test_a_cell_that_fails_is_not_deployed_and_fails_the_cell(kernel):
    done = kernel(f"%%deploy_action face-broken\n{HELLO}\nmain(1, 2, 0)")
    assert isinstance(done.error, ZeroDivisionError)
    assert "Nothing was deployed." in done.error.__notes__
    assert re.search(r"Cell In\[2\], line 5", done.out), "its own number, and the line of the cell as typed"
    assert not kernel("%fnkit get face-broken").ok


def test_a_different_answer_fails_the_cell(kernel):
    cell = "import os\n\n\ndef main():\n    return {'process': os.getpid()}\n"
    done = kernel(f"%%deploy_action face-differs --test $nothing\n{cell}".replace("$nothing", "{dict()}"))
    assert isinstance(done.error, CheckFailed), done.out
    assert "process" in done.out
    assert "fnkit/" not in done.out, "no frame of ours"
    assert not kernel("%fnkit get face-differs").ok


def test_top_level_await_is_refused_with_words(kernel):
    done = kernel(
        "%%deploy_action face-await\nimport asyncio\nawait asyncio.sleep(0)\n\n\ndef main():\n    return {}"
    )
    assert isinstance(done.error, BadCell)
    assert "cell of its own" in done.out


def test_magics_and_displayed_values_in_the_cell_work(kernel):
    done = kernel("%%deploy_action face-magics --no-run\n" + HELLO)
    assert done.ok
    assert "main" not in kernel.names, "--no-run"
    done = kernel(f"%%deploy_action face-magics -o receipt\n{HELLO}\nmain('Ada')")
    assert done.ok, done.out
    assert "Hello, Ada!" in done.out
    assert isinstance(kernel.names["receipt"], Receipt)
    assert "face-magics" not in done.out, "-o displays nothing of the deploy"


def test_a_cell_that_is_not_run_is_not_compared_with_an_older_function(kernel):
    assert kernel(f"%%deploy_action face-no-run --test name=Ada\n{HELLO}").ok
    done = kernel(f"%%deploy_action face-no-run --no-run --test name=Ada\n{HELLO.replace('Hello', 'Good day')}")
    assert done.ok, done.out
    assert done.value.check.result["greeting"] == "Good day, Ada!"
    assert kernel("main('Ada')").value["greeting"] == "Hello, Ada!"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%fnkit deplyo", "Did you mean deploy"),
        ("%fnkit invoke face-wrong --no-wiat", "Did you mean --no-wait? Usage"),
        ("%%deploy_action face-wrong --test\n1", "--test: its value is missing. It takes KEY=VALUE"),
        ("%fnkit invoke $missing", "this notebook has no variable missing"),
        ("%fnkit get a/b/c/d", "is not of the form"),
        ("%fnkit delete face-there", "--yes"),
    ],
)
def test_what_is_typed_wrong_ends_in_one_line(kernel, line, said):
    if "face-there" in line:
        kernel("%%deploy_action face-there --no-run\n" + HELLO)
    done = kernel(line)
    assert type(done.error) is UsageError
    assert said in done.err
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.out


def test_a_misspelt_argument_is_caught_before_anything_is_sent(kernel):
    kernel(f"%%deploy_action face-args\n{HELLO}")
    done = kernel("%fnkit invoke face-args nmae=Ada")
    assert type(done.error) is UsageError
    assert "name" in done.err
    assert kernel("%fnkit activations face-args").value == ()


def test_a_failing_action_fails_the_cell_with_the_users_own_traceback(kernel):
    kernel(f"%%deploy_action face-fails\n{HELLO}")
    done = kernel("%fnkit invoke face-fails guests=0")
    assert isinstance(done.error, ActionFailed)
    assert "In [2], line 3" in done.out
    assert "ZeroDivisionError" in done.out
    assert "fnkit/notebook" not in done.out
    shown = kernel("import fnkit\nfnkit.invoke('face-fails', guests=0, blocking=False).wait()")
    assert shown.ok, "a call that was not waited for is a value, also when it failed"
    assert shown.value.status == "application error"


def test_debug_and_verbose_give_the_whole_traceback(kernel):
    assert "fnkit/" not in kernel("%fnkit get face-none").out
    assert "fnkit/" in kernel("%fnkit get face-none --debug").out
    kernel("%xmode Verbose")
    assert "fnkit/" in kernel("%fnkit get face-none").out
    kernel("%xmode Context")


def test_a_plain_call_is_drawn_without_our_frames_too(kernel):
    done = kernel("import fnkit\nfnkit.get('face-none')")
    assert not done.ok
    assert "Missing" in done.out
    assert "fnkit/verbs" not in done.out


def test_show_code_prints_the_call_in_python_and_it_gives_the_same(kernel):
    kernel(f"%%deploy_action face-twin --test name=Ada --show-code\n{HELLO}")
    done = kernel("%fnkit invoke face-twin name=Ada guests=4 --show-code")
    twin = next(line for line in done.out.splitlines() if line.startswith("fnkit."))
    assert twin == "fnkit.invoke('face-twin', {'name': 'Ada', 'guests': 4})"
    assert kernel(f"import fnkit\n{twin}").value.result == done.value.result


def test_config_sets_what_a_deploy_takes_and_the_line_wins(kernel):
    kernel("%config FnkitMagics.memory = 512")
    plan = kernel(f"%%deploy_action face-config --dry-run\n{HELLO}").value
    assert isinstance(plan, Plan)
    assert plan.wanted.settings.limits.memory == 512
    plan = kernel(f"%%deploy_action face-config --dry-run --memory 128\n{HELLO}").value
    assert plan.wanted.settings.limits.memory == 128


def test_dry_run_sends_nothing_and_show_gives_the_file(kernel):
    kernel(f"%%deploy_action face-dry --dry-run\n{HELLO}")
    assert not kernel("%fnkit get face-dry").ok
    file = kernel(f"%%deploy_action face-dry --show\n{HELLO}").value
    assert "def main(name: str" in str(file)


def test_help_for_both_magics(kernel):
    assert "%fnkit invoke" in kernel("%fnkit").out
    assert "--memory" in kernel("%%deploy_action x --help\npass").out
    assert "--memory" in kernel.shell.object_inspect("%%deploy_action")["docstring"]


def test_tab_completes_options_actions_and_kinds(kernel):
    kernel(f"%%deploy_action face-tab\n{HELLO}")

    def tab(line):
        return kernel.shell.Completer.complete(line_buffer=line, cursor_pos=len(line))[1]

    assert "--memory" in tab("%%deploy_action face-tab --mem")
    assert "face-tab" in tab("%fnkit invoke face-t")
    assert "python:3" in tab("%%deploy_action x --kind py")
    assert "deploy" in tab("%fnkit dep")
    assert set(tab("%fnkit models ")) == {"convert", "fetch", "list", "show"}


def test_a_real_shell_shows_a_result_by_its_view(kernel):
    receipt = kernel(f"%%deploy_action face-view --test name=Ada\n{HELLO}").value
    bundle, _ = kernel.shell.display_formatter.format(receipt)
    assert bundle["text/plain"].startswith(("created face-view", "unchanged face-view"))
    assert "face-view" in bundle["text/html"]
    assert "application/vnd.fnkit.receipt+json" in bundle
    assert kernel.shell.display_formatter.format((1, 2))[0] == {"text/plain": "(1, 2)"}


def test_unloading_takes_everything_away(kernel):
    before = len(kernel.shell.Completer.custom_matchers)
    kernel("%reload_ext fnkit")
    assert len(kernel.shell.Completer.custom_matchers) == before
    kernel("%unload_ext fnkit")
    assert type(kernel("%fnkit list").error) is UsageError
    assert "fnkit/" in kernel("import fnkit\nfnkit.get('face-none')").out, "drawn as any other exception"
    kernel("%load_ext fnkit")


def test_no_key_is_in_what_a_notebook_keeps(kernel, platform):
    secret = platform.auth.partition(":")[2]
    kernel(f"%%deploy_action face-secret --test name=Ada\n{HELLO}")
    for line in ("%fnkit status", "%fnkit config", "%fnkit get face-secret", "%fnkit invoke face-secret"):
        done = kernel(line)
        assert done.ok, (line, done.out, done.err)
        bundle, _ = kernel.shell.display_formatter.format(done.value)
        assert secret not in f"{bundle} {done.out} {done.err} {done.value!r}"


def test_triggers_and_rules_are_made_in_a_notebook_too(kernel):
    kernel(f"%%deploy_action greets\n{HELLO}")
    assert kernel("%fnkit trigger create came -p name Ada").value.name == "came"
    rule = kernel("%fnkit rule create greets-it came greets").value
    assert (rule.trigger, rule.action, rule.active) == ("guest/came", "guest/greets", True)
    kernel.names["guests"] = {"guests": 4}
    fired = kernel("%fnkit trigger fire came $guests cakes=8").value
    assert re.fullmatch("[0-9a-f]{32}", fired.activation)
    (line,) = kernel(f"%fnkit logs {fired.activation}").value
    started = re.search(r'"activationId": ?"([0-9a-f]{32})"', line)[1]
    assert kernel(f"%fnkit result {started}").value == {"greeting": "Hello, Ada!", "each": 2.0}
    assert [one.active for one in kernel("%fnkit rule list").value if one.name == "greets-it"] == [True]
    wrong = kernel("%fnkit rule creat x").error
    assert isinstance(wrong, UsageError)
    assert "Did you mean rule create?" in str(wrong)


def test_many_inputs_at_once(kernel):
    kernel(f"%%deploy_action face-hello\n{HELLO}")
    kernel("inputs = [{'name': 'Ada'}, {'guests': 0}, {'name': 'Bo'}]")
    done = kernel("%fnkit map face-hello $inputs --at-once 2")
    assert done.ok, done.out
    assert [one.ok for one in done.value] == [True, False, True]
    assert done.value[2].value["greeting"] == "Hello, Bo!"
    assert view(done.value).line.startswith("3 inputs: 2 ok, 1 failed")
    kept = kernel("import fnkit\n[one.value['greeting'] for one in fnkit.map('face-hello', inputs) if one.ok]")
    assert kept.value == ["Hello, Ada!", "Hello, Bo!"]
