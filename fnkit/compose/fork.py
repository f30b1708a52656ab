"""`parallel`, `map` and `async`: branches that are started and joined. Pure; ships alone, with `machine`.

Branches go out in batches. Where no more may be started now, those that were are joined first; where none could be
started, the next one is run in place: what holds a whole cluster busy with waiting still goes on, one by one.
Branches without an action are run in place at once.
"""

from fnkit.compose.moves import Around, Call, Enter, Leave, Move, Node, Object, Unstarted, boxed, failure

BATCH = 100
"""Branches of one node that run at a time, as far as the namespace's limits allow."""
ROUNDS = 20
"""Batches of one node: each costs one of the 50 actions of a composition."""
JOIN = "join"
"""What the conductor calls when it waits for branches; which action that is, is the platform's."""


def fork(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """All branches, and then `{"value": [what each gave, in their order]}`."""
    if frame["at"] in ("branch", "inner"):
        return _branch(node, frame, value)
    if not frame["at"]:
        wrong = _begin(node, frame, value)
        if wrong:
            return Leave({"error": wrong})
    elif frame["at"] == "inside":
        frame["results"][frame["inside"]] = value
        run.restore(frame.pop("kept"))
    else:
        for activation, result in boxed(value.get("results")).items():
            if activation in frame["pending"]:
                frame["results"][frame["pending"].pop(activation)] = boxed(result)
    if node.get("errors") == "fail" and (failed := next(filter(failure, frame["results"]), None)):
        frame["at"] = "left"
        return Leave({"error": failed["error"]})
    return _go_on(run, node, frame)


def _begin(node: Node, frame: Object, value: Object) -> str | None:
    if node["type"] == "parallel":
        frame |= {"input": value, "count": len(node["components"])}
    else:
        items = value.get("value")
        if not isinstance(items, list | None):
            return f"{node['id']} (map) wants a list as `value`, not {str(items)[:80]}"
        frame |= {"items": items or [], "count": len(items or [])}
    frame |= {"at": "begun", "next": 0, "pending": {}, "results": [None] * frame["count"]}
    return None


def _go_on(run: Around, node: Node, frame: Object) -> Move:
    batch = max(BATCH, -(-frame["count"] // ROUNDS))
    # Those that run elsewhere go first: the others take this turn's time.
    order = sorted(range(frame["count"]), key=lambda index: not run.outside(node, index))
    while frame["next"] < len(order):
        index = order[frame["next"]]
        if not run.outside(node, index):
            return _inside(run, frame, index)
        if len(frame["pending"]) >= batch:
            break
        try:
            activation = run.start(node, index, _input(frame, index))
        except Unstarted as trouble:
            wrong = {"error": f"{node['id']} ({node['type']}) could not start branch {index}: {trouble}"}
            if node.get("errors") == "fail":
                return Leave(wrong)
            frame["results"][index] = wrong
            frame["next"] += 1
            continue
        if activation is None:
            if frame["pending"]:
                break
            return _inside(run, frame, index)
        frame["pending"][activation] = index
        frame["next"] += 1
    if frame["pending"]:
        frame["at"] = "join"
        return Call(JOIN, {"ids": list(frame["pending"]), "errors": node.get("errors", "collect")}, joins=True)
    return Leave({"value": frame["results"]})


def _inside(run: Around, frame: Object, index: int) -> Move:
    """Run a branch in this very run. It sees the variables around; what it sets there is its own."""
    frame |= {"at": "inside", "next": frame["next"] + 1, "inside": index, "kept": run.variables()}
    return Enter("", _input(frame, index), index)


def _input(frame: Object, index: int) -> Object:
    given: Object = frame["input"] if "input" in frame else boxed(frame["items"][index])
    return given


def _branch(node: Node, frame: Object, value: Object) -> Move:
    """One branch: the component of that number, or all of them one after the other."""
    if node["type"] == "parallel":
        if frame["at"] == "inner":
            return Leave(value)
        frame["at"] = "inner"
        return Enter(str(frame["index"]), value)
    at = frame.get("i", 0)
    if at == len(node["components"]):
        return Leave(value)
    frame |= {"at": "inner", "i": at + 1}
    return Enter(str(at), value)


def background(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """`async`: started, not waited for; gives `{"method": "async", "activationId", "sessionId"}`."""
    if frame["at"] in ("branch", "inner"):
        return _branch(node, frame, value)
    try:
        activation = run.start(node, 0, value)
    except Unstarted as trouble:
        return Leave({"error": f"{node['id']} (async) could not be started: {trouble}"})
    if activation is None:
        return Leave({"error": f"{node['id']} (async) could not be started: too many requests"})
    return Leave({"method": "async", "activationId": activation, "sessionId": run.session})
