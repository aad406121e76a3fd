"""Where reports are kept: schema, migrations, load, views, queries, export.

One door: ``store.open.open_store``. Everything else takes the ``Store`` it gives.
"""
