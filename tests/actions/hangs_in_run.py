def main(args):
    print("going round", flush=True)
    while True:
        pass
