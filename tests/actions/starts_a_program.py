import os
import subprocess
import sys


def main(args):
    wire = max(int(name) for name in os.listdir("/proc/self/fd"))
    shown = f"import os; os.fstat({wire})"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", shown], capture_output=True, text=True)
    echo = subprocess.run("echo hello", shell=True, capture_output=True, text=True)
    return {"wire": wire, "said": done.stderr.splitlines()[-1:], "shell": echo.stdout}
