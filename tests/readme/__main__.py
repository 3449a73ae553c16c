"""``make readme``: write the tables of the README anew."""

from .tables import README, filled

README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
