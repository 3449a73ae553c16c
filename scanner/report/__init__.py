"""From verdicts to reports: counted, ordered, written."""
