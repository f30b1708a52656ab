"""JupyterLab in a headless browser: a server of its own, one notebook run from top to bottom, a picture of it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TOKEN = "t0k"
PATIENCE = 240_000
"""Milliseconds for a page and its kernel; one core that is shared by many takes a minute."""
SETTINGS = {
    # No news, no prompts; every cell is in the page, also those that are not in view.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
READY = """() => {
  const session = window.jupyterapp?.shell?.currentWidget?.sessionContext;
  return session?.isReady && session.session?.kernel?.status === 'idle'
    && session.session.kernel.connectionStatus === 'connected';
}"""


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that serves one folder."""

    url: str

    @contextlib.contextmanager
    def opened(self, notebook: str, theme: str = "JupyterLab Light", scale: float = 1) -> Iterator[Any]:
        """A page with the notebook open and its kernel idle."""
        from playwright.sync_api import sync_playwright

        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
            yield self.page(browser, notebook, theme, scale)
            browser.close()

    def page(self, browser: Any, notebook: str, theme: str = "JupyterLab Light", scale: float = 1) -> Any:
        """The same in a browser that is there already."""
        page = browser.new_page(viewport={"width": 1240, "height": 1000}, device_scale_factor=scale)
        page.set_default_timeout(60_000)
        page.goto(f"{self.url}/lab/tree/{notebook}?token={TOKEN}&reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=PATIENCE)
        # Running before the kernel is connected opens a dialog that nobody answers.
        page.wait_for_function(READY, timeout=PATIENCE)
        page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        return page


def run_all(page: Any) -> bool:
    """Run every cell; True where all of them ended well."""
    return bool(page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')"))


@contextlib.contextmanager
def lab(folder: Path, work: Path) -> Iterator[Lab]:
    """JupyterLab on `folder`; what it writes lies under `work`."""
    port, environment = _free_port(), dict(os.environ)
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{name}"] = str(work / name.lower())
    environment["JUPYTERLAB_SETTINGS_DIR"] = str(work / "settings")
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(work / "workspaces")
    environment["IPYTHONDIR"] = str(work / "ipython")
    for name, settings in SETTINGS.items():
        file = work / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    options = [
        "--allow-root",
        "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.expose_app_in_browser=True",
    ]
    url = f"http://127.0.0.1:{port}"
    with (work / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=environment, stdout=log, stderr=log
        )
    try:
        with requests.Session() as session:
            session.mount(url, HTTPAdapter(max_retries=Retry(connect=30, backoff_factor=0.1, backoff_max=10)))
            session.get(
                f"{url}/api/status", headers={"Authorization": f"token {TOKEN}"}, timeout=60
            ).raise_for_status()
        yield Lab(url)
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the server and its kernels; asked under load it sometimes waits for one without end."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()  # A kernel ends by itself where its server is gone.
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
