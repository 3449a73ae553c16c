"""One frozen record per ARM resource, with the fields that are used.

Fields are optional because ARM leaves out members.
"""
