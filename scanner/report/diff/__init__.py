"""Two reports compared, in every format."""
