"""Keys are seen and never shown whole; what only sounds like one is left alone."""

import pytest

from fnkit.action.scan import findings

# Put together here, so that no line of this file looks like a key itself.
LETTERS = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1zA3bC5d"
KEYS = {
    "aws": f'KEY = "{"AKIA" + "IOSFODNN7EXAMPL1"}"',
    "aws secret": f'aws_secret_access_key = "{LETTERS}"',
    "github": f'x = "{"gh" + "p_" + LETTERS[:36]}"',
    "gitlab": f'x = "{"gl" + "pat-" + LETTERS[:20]}"',
    "slack": f'x = "{"xox" + "b-" + "1234567890-abcdef"}"',
    "google": f'x = "{"AI" + "za" + LETTERS[:35]}"',
    "openai": f'client = Client("{"s" + "k-proj-" + LETTERS}")',
    "stripe": f'x = "{"sk" + "_live_" + LETTERS[:24]}"',
    "hugging face": f'x = "{"hf" + "_" + LETTERS[:34]}"',
    "jwt": f'x = "{"ey" + "J" + LETTERS[:10]}.{"ey" + "J" + LETTERS[:12]}.{LETTERS[:20]}"',
    "private key": 'x = """-----BEGIN ' + 'RSA PRIVATE KEY-----\nabc"""',
    "url": 'db = "postgres://anna:' + 'hunter22@db.example.org/x"',
    "header": f'headers = {{"Authorization": "Bearer {LETTERS[:24]}"}}',
    "azure": f'c = "DefaultEndpointsProtocol=https;AccountKey={LETTERS}{LETTERS[:8]}=="',
    "openwhisk": f'auth = "{"23bc46b1-71f6-4ed5-8c54-816aa4f8c502"}:{(LETTERS * 2)[:64]}"',
    "password": 'password = "hunter22"',
    "keyword": 'connect(user="anna", passwd="hunter22")',
    "dict": 'config = {"api_key": "8f14e45fceea167a"}',
    "attribute": 'openai.api_key = "8f14e45fceea167a"',
    "subscript": 'os.environ["API_TOKEN"] = "8f14e45fceea167a"',
    "default": 'def main(x, token="8f14e45fceea167a"): pass',
    "camel": 'accessToken = "8f14e45fceea167a"',
    "tuple": 'user, secret = "anna", "8f14e45fceea167a"',
    "bytes": 'SECRET_KEY = b"8f14e45fceea167a"',
}
INNOCENT = [
    'key = "eyes"',
    'sort_key = "created_at_2024"',
    'token = "<your token>"',
    'password = ""',
    'password = os.environ["PASSWORD"]',
    'api_key = "YOUR_API_KEY"',
    'sha256 = "d4489f89e6bd6777a8b9a1a16189832131f84ff90d82fae729e670b84d7948dd"',
    'model_sha256 = "d4489f89e6bd6777a8b9a1a16189832131f84ff90d82fae729e670b84d7948dd"',
    'PARTS = {"key": "LeftShoulder"}',
    'pad_token = "[PAD]"',
    'tokenizer = "bert-base-uncased-v2"',
    'keyboard = "qwerty12345678"',
    'monkey = "a1b2c3d4e5f6"',
    'label = "a long text with a key and a token in it, number 42"',
    'url = "https://example.org/models/movenet_v2.tflite?version=3"',
    'data = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA"',
    'def main(secret: str = "secret"): pass',
    'author = "Ann Example 1984"',
]


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_seen_and_masked(name: str) -> None:
    found = findings(f"x0 = 1\n{KEYS[name]}\n")
    assert found, name
    assert found[0].line == 2
    for finding in found:
        assert len(finding.masked) <= 5
        assert LETTERS[:12] not in str(finding)
        assert "hunter22" not in str(finding)


@pytest.mark.parametrize("line", INNOCENT)
def test_few_false_alarms(line: str) -> None:
    assert findings(line) == ()


def test_source_that_is_not_python_is_read_for_known_forms() -> None:
    assert findings("%%bash\nexport K=" + "AKIA" + "IOSFODNN7EXAMPL1")
