import os
import subprocess
import sys


def main(args):
    shown = "import os; print(sorted(int(n) for n in os.listdir('/proc/self/fd')))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", shown], capture_output=True, text=True, check=True)
    return {"files": done.stdout.strip(), "shell": subprocess.run("echo hello", shell=True, capture_output=True, text=True).stdout}
