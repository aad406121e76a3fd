"""Coverage-guided fuzzing of every reader, of ``normalize`` and of what outsiders write (docs/fuzzing.md).

    python -m benchmarks.fuzz html pdf --minutes 30

``targets`` says what is attacked, ``seeds`` from which inputs, ``mutators`` how these are changed, ``invariants`` what must
hold whatever they become. None of these needs atheris; only ``process`` does, which runs one target in a process of its own.
"""
