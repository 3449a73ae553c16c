"""What was seen: frozen values, no I/O."""
