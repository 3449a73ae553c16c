"""What checks say where no vault or policy is in force, and none is named."""

NO_VAULT = "No vault protects the VM, and none is named."
NO_POLICY = "No policy is in force, and none is named."
