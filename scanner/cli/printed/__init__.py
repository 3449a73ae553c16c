"""The output of commands that show no report: ``checks`` and ``explain``."""
