"""What is asked of an answer."""


def move(get, record, seed):
    record("move", get("answer"))
