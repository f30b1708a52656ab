import os


def main(args):
    block = b"x" * 65536
    for _ in range(args.get("blocks", 16384)):
        os.write(1, block)
    return {"done": True}
