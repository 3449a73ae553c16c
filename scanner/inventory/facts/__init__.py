"""The facts that a check reads from a ``Vm``, each with the evidence for it.

Conventions of all facts:

- ``known_size`` is the value, or the ``Gap`` in its place if it was not read. The property ``size``
  gives the value and raises ``Unseen`` for the gap. The engine then makes the verdict unknown, so
  a check never handles gaps. A gap in one field leaves the other fields of a fact usable.
- None is a value that was read: ARM answered, and there is none.
- ``evidence``, ``type_evidence``, … are values as ARM sent them, for a finding. They raise
  ``Unseen`` like the value itself.
- ``source`` is the part of the ARM body that the fact was read from.
"""
