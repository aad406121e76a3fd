"""Settings for every test."""


def pytest_make_parametrize_id(val, argname):
    """Name a case by its argument, never by bytes: archives hold the time they were made, and workers must collect alike."""
    return argname if isinstance(val, bytes) else None
