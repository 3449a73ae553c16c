"""What commands print that show no report."""
