"""Reading Azure Resource Manager; the only importer of ``azure``."""
