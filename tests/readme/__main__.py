"""``make readme``: rewrite the tables of the README."""

from .tables import README, filled

README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
