def load():
    raise ValueError("no model here")


MODEL = load()
