"""The keyring of the system, where there is one: keys by host. It is asked for two seconds at most."""

import threading
from collections.abc import Callable
from typing import Any

SERVICE = "fnkit"
SECONDS = 2.0
"""A keyring may wait for a person to unlock it, or for a D-Bus that is not there."""


def recall(host: str) -> str | None:
    """The key of a host; None where there is none, or no keyring that answers."""
    key = _asked(lambda keyring: keyring.get_password(SERVICE, host))
    return key if isinstance(key, str) else None


def keep(host: str, key: str) -> bool:
    """Keep the key of a host; False where there is no keyring that takes it."""

    def ask(keyring: Any) -> bool:
        keyring.set_password(SERVICE, host, key)
        return bool(keyring.get_password(SERVICE, host) == key)

    return bool(_asked(ask))


def _asked(ask: Callable[[Any], Any]) -> Any:
    """What the keyring says, None where it says nothing in time; the thread that waits for it is left behind."""
    try:
        import keyring
    except ImportError:
        return None
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(ask(keyring))
        except Exception:  # noqa: BLE001 - every backend has errors of its own; without one there is no keyring
            answers.append(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS)
    return answers[0] if answers else None
