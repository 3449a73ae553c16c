"""One frozen record per ARM resource: the fields that checks need, as ARM names them."""
