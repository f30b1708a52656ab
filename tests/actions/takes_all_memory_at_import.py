HOARD = bytearray(600 * 1024 * 1024)


def main(args):
    return {}
