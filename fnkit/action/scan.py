"""What looks like a key in source that is about to leave this machine. It warns; it never shows the whole."""

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_KNOWN = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b")),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})")),
    ("a GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("a Slack token", re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}")),
    ("a Slack webhook", re.compile(r"hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+")),
    ("a Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}")),
    ("an API key", re.compile(r"\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}")),
    ("a Stripe key", re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}")),
    ("a registry token", re.compile(r"\b(?:pypi-[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,})")),
    ("a SendGrid key", re.compile(r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}")),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")),
    ("an Azure account key", re.compile(r"AccountKey=[A-Za-z0-9+/=]{40,}")),
    ("an OpenWhisk key", re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[A-Za-z0-9]{64}\b")),
    ("a password in a URL", re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"{}]+:[^\s/@'\"{}]{3,}@")),
    ("an authorization header", re.compile(r"\b(?:Basic|Bearer) [A-Za-z0-9+/_.=-]{16,}")),
)
_NAMED = re.compile(
    r"(?:^|_|\b)(?:api_?key|access_?key|secret_?key|private_?key|auth_?key|account_?key|key|token|secret|password|"
    r"passwd|pwd|passphrase|credentials?|auth|api_?token|authorization|connection_?string)(?:_|\b|\d|$)",
    re.IGNORECASE,
)
_INNOCENT_NAME = re.compile(
    r"(?:^|_)(?:sort|primary|foreign|public|cache|dict|json|column|row|group|index|lookup|field|param|num|max|min|pad|"
    r"bos|eos|sep|cls|mask|unk|start|end|next|label|sha256|sha|digest|hash|checksum|url|path|file|name|type|header|"
    r"help|prompt|re|regex|pattern)(?:_|$)",
    re.IGNORECASE,
)
_STRONG_NAME = re.compile(
    r"passw|pwd|secret|passphrase|credential|api_?key|access_?key|private_?key", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"(?:<.*>|\{.*\}|\$.*|x{3,}|\*+|\.{3}|your.*|my.*|change_?me|todo|none|null|example.*|dummy|test|secret|password|"
    r"token|key|api_?key|placeholder|replace.*|insert.*|.*_here|n/?a)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks like a key."""

    line: int
    what: str
    masked: str

    def __str__(self) -> str:
        return f"line {self.line} has {self.what} ({self.masked})."


def findings(text: str) -> tuple[Finding, ...]:
    """What looks like a key in source: known forms anywhere, and random-looking values of telling names."""
    found: dict[tuple[int, str], Finding] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        for what, form in _KNOWN:
            for match in form.finditer(line):
                found.setdefault((number, match[0][:8]), Finding(number, what, masked(match[0])))
    lines = {line for line, _ in found}
    for number, name, value in _assigned(text):
        if number not in lines and _telling(name, value):
            found.setdefault((number, value[:8]), Finding(number, f"a value for {name}", masked(value)))
    return tuple(sorted(found.values(), key=lambda finding: (finding.line, finding.what)))


def masked(value: str) -> str:
    """The first characters of a secret, enough to know it again: `AKIA…`."""
    return f"{value[: min(4, len(value) // 4)]}…"


def _telling(name: str, value: str) -> bool:
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    if not _NAMED.search(plain) or _PLACEHOLDER.match(value.strip()) or " " in value.strip():
        return False
    if _STRONG_NAME.search(plain):
        return len(value) >= 4 and not _INNOCENT_NAME.search(plain)
    if _INNOCENT_NAME.search(plain):
        return False
    return len(value) >= 8 and _is_random(value)


def _is_random(value: str) -> bool:
    """True for a value that is no word: letters and digits mixed, or many different characters."""
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return (mixed and entropy >= 2.5) or (
        len(value) >= 20 and entropy >= 3.5 and not re.fullmatch(r"[a-z_./-]+", value)
    )


def _assigned(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, name, text) wherever a text gets a name: assignment, keyword, default, dict key, comparison apart."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        for name, value in _pairs(node):
            if isinstance(value, ast.Constant) and isinstance(value.value, str | bytes):
                content = value.value if isinstance(value.value, str) else value.value.decode("latin-1")
                yield value.lineno, name, content


def _pairs(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield _name(target), node.value
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from zip(map(_name, target.elts), node.value.elts, strict=False)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
        yield _name(node.target), node.value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        yield from (
            (str(key.value), value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        )
    elif isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        yield from (
            (a.arg, d)
            for a, d in zip(positional[len(positional) - len(node.defaults) :], node.defaults, strict=True)
        )
        yield from ((a.arg, d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True))


def _name(target: ast.expr) -> str:
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    return ""
