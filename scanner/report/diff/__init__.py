"""Two reports compared, and their difference written in the formats of a report."""
