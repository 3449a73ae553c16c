"""backupscan: which documented causes of Azure VM Backup failure apply to a fleet."""

__version__ = "0.1.0"
