import os
import threading
import time


def main(args):
    """Find the wire and send an answer that nobody asked for."""
    wire = max(int(name) for name in os.listdir("/proc/self/fd") if int(name) >= 200)

    def later():
        time.sleep(0.05)
        os.write(wire, b'{"forged": true}\n')

    threading.Thread(target=later, daemon=True).start()
    return {"count": 1}
