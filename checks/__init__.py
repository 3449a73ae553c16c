"""One module per documented cause, named as its cause id with underscores.

To add a check, add a function with ``@check`` to the module of its cause, and a row to the table
in its test. Discovery finds it without a registration.
"""
