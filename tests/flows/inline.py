"""The inline functions of random flows, in Python and in JavaScript: the same thing twice. Travels as it is."""


def bump(r):
    return {**r, "n": r.get("n", 0) + 1}


def double(r):
    r["n"] = r.get("n", 0) * 2


def odd(r):
    return r.get("n", 0) % 2 == 1


def odd_too(r):
    return {**r, "value": r.get("n", 0) % 2 == 1}


def none_left(r):
    return []


def nothing(r):
    return {"value": {}, "n": r.get("n", 0)}


def seven():
    return 7


def fails():
    return {"error": "boom"}


def raises():
    raise KeyError("lost")


def shows(r):
    return {"saw": r, "n": 1}


def saves(r, v):
    if "n" in v:
        v["n"] = r.get("n", 0)


def reads(r, v):
    return {**r, "n": v.get("n", 5)}


def down(r, v):
    v["i"] -= 1
    return v["i"] >= 0


def down_too(r, v):
    v["i"] -= 1
    return {**r, "value": v["i"] >= 0}


def items(r):
    return {"value": [{"n": r.get("n", 0) + k} for k in range(3)]}


PYTHON = {
    one.__name__: one
    for one in (
        bump,
        double,
        odd,
        odd_too,
        none_left,
        nothing,
        seven,
        fails,
        raises,
        shows,
        saves,
        reads,
        down,
        down_too,
        items,
    )
}
JAVASCRIPT = {
    "bump": "p => Object.assign({}, p, { n: (p.n || 0) + 1 })",
    "double": "p => { p.n = (p.n || 0) * 2 }",
    "odd": "p => (p.n || 0) % 2 === 1",
    "odd_too": "p => Object.assign({}, p, { value: (p.n || 0) % 2 === 1 })",
    "none_left": "() => []",
    "nothing": "p => ({ value: {}, n: p.n || 0 })",
    "seven": "() => 7",
    "fails": "() => ({ error: 'boom' })",
    "raises": "() => { throw new Error('lost') }",
    "shows": "p => ({ saw: p, n: 1 })",
    "saves": "p => { if (typeof n !== 'undefined') n = p.n || 0 }",
    "reads": "p => Object.assign({}, p, { n: typeof n === 'undefined' ? 5 : n })",
    "down": "() => --i >= 0",
    "down_too": "p => Object.assign({}, p, { value: --i >= 0 })",
}
