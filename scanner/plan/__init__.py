"""Infrastructure plans: what they say of resources, as ARM bodies put over a snapshot. Pure."""
