"""A simulated Azure: tenants as data, an ARM that answers from them, a transport and a server."""
