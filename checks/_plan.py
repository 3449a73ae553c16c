"""Messages for VMs without a vault or policy in force and without one named in a precheck."""

NO_VAULT = "No vault protects the VM, and none is named."
NO_POLICY = "No policy is in force, and none is named."
