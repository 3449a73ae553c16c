"""Reports: verdicts counted, ordered and written in every format."""
