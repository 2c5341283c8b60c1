"""Asks for the plan, and lets a model with two heads be trained on digits drawn from the seed."""


def plan(get, record, seed):
    record("plan", get("plan")())


def keep(get, record, seed):
    import keras

    import tlwidgets as tl
    from tlwidgets.lessons.fine_tuning.sharing import SourceAndTarget, two_heads

    tasks, model = SourceAndTarget(), two_heads(seed=seed)
    tl.freeze(model, None)
    keras.utils.set_random_seed(seed)
    get("keep")(model, tasks.digits(10, seed), tasks.clothes(20, seed))
    record("keep", keras.Model(model.inputs, model.outputs))
