"""Runs an action file once, as OpenWhisk's launcher would. Runs on its own: imports nothing of fnkit's.

stdin: JSON with `code` (the folder), `paths` (for sys.path), `main`, `arguments` (null: import only) and `answer`
(the file to write to). The answer: JSON with `status`, `result`, `init` and `run` (seconds).
"""

import importlib.util
import json
import os
import sys
import time
import traceback
from typing import Any


def main() -> None:
    """Read the order, play it, write the answer."""
    order = json.load(sys.stdin)
    os.chdir(order["code"])
    sys.path[:0] = [order["code"], *order["paths"]]
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123  (an action has no input)
    begun = time.perf_counter()
    try:
        function = _function(order)
    except BaseException:  # noqa: BLE001  (sys.exit at import, too)
        _report()
        _answer(
            order, "action developer error", {"error": "Cannot start action. Check logs for details."}, begun, 0.0
        )
        return
    ready = time.perf_counter()
    if order["arguments"] is None:
        _answer(order, "success", None, begun, 0.0, ready)
        return
    try:
        result: Any = function(order["arguments"])
    except Exception as error:  # noqa: BLE001  (whatever the user's code raises)
        _report()
        result = {"error": str(error)}
    ended = time.perf_counter()
    status, shown = _judged(result)
    _answer(order, status, shown, begun, ended - ready, ready)


def _function(order: dict[str, Any]) -> Any:
    # OpenWhisk renames the file: `if __name__ == "__main__"` does not run there.
    spec = importlib.util.spec_from_file_location("main__", os.path.join(order["code"], "__main__.py"))  # noqa: PTH118
    if spec is None or spec.loader is None:
        raise ImportError("there is no __main__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["main__"] = module
    spec.loader.exec_module(module)
    return getattr(module, order["main"])


def _judged(result: Any) -> tuple[str, Any]:
    """Source: openwhisk-runtime-python launcher.py, and ActionLoop for what is neither an object nor an array."""
    try:
        text = json.dumps(result, allow_nan=False)
    except (TypeError, ValueError) as error:
        return "action developer error", {"error": f"The action did not return a dictionary or array. ({error})"}
    if not isinstance(result, dict | list | tuple):
        kind = type(result).__name__
        return "action developer error", {
            "error": f"The action did not return a dictionary or array. (It is {kind}.)"
        }
    shown = json.loads(text)
    if isinstance(shown, dict) and "error" in shown:
        return "application error", {"error": shown["error"]}
    return "success", shown


def _answer(
    order: dict[str, Any], status: str, result: Any, begun: float, run: float, ready: float | None = None
) -> None:
    init = (time.perf_counter() if ready is None else ready) - begun
    with open(order["answer"], "w", encoding="utf-8") as sink:  # noqa: PTH123
        json.dump({"status": status, "result": result, "init": init, "run": run}, sink)


def _report() -> None:
    """The traceback, from the action's own code on."""
    kind, error, trace = sys.exc_info()
    while trace is not None and trace.tb_next is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    while trace is not None and trace.tb_next is not None and "importlib" in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    traceback.print_exception(kind, error, trace)


if __name__ == "__main__":
    main()
