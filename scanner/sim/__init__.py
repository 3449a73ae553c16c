"""A simulated Azure: a fleet as data, an ARM that answers from it, and two doors to that ARM."""
