# The configuration behind break.json, as far as the plan shows it. It names resources of
# "backupscan simulate". Do not apply it: it breaks backups.

resource "azurerm_management_lock" "baseline" {
  name       = "landing-zone-baseline"
  scope      = "${local.sub}/resourceGroups/AzureBackupRG_northeurope_1"
  lock_level = "CanNotDelete"
}

resource "azurerm_network_security_group" "web" {
  name                = "nsg-web"
  location            = "westeurope"
  resource_group_name = "rg-web"
}

resource "azurerm_network_security_rule" "web" {
  name                        = "deny-all-out"
  resource_group_name         = "rg-web"
  network_security_group_name = azurerm_network_security_group.web.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "web" {
  subnet_id                 = "${local.sub}/resourceGroups/rg-web/providers/Microsoft.Network/virtualNetworks/vnet-westeurope/subnets/default"
  network_security_group_id = azurerm_network_security_group.web.id
}

resource "azurerm_managed_disk" "big" {
  name                 = "sql-002-big"
  location             = "westeurope"
  resource_group_name  = "rg-sql"
  storage_account_type = "UltraSSD_LRS"
  create_option        = "Empty"
  disk_size_gb         = 40960
  zone                 = "1"
}

resource "azurerm_virtual_machine_data_disk_attachment" "big" {
  virtual_machine_id = "${local.sub}/resourceGroups/rg-sql/providers/Microsoft.Compute/virtualMachines/sql-002"
  managed_disk_id    = azurerm_managed_disk.big.id
  lun                = 30
  caching            = "None"
}

resource "azurerm_windows_virtual_machine" "sql" {
  name                       = "sql-003"
  location                   = "westeurope"
  resource_group_name        = "rg-sql"
  size                       = "Standard_E4s_v5"
  allow_extension_operations = false
  # The rest is as it lives.
}

resource "azurerm_backup_policy_vm" "five" {
  provider                       = azurerm.shared
  name                           = "daily-5"
  resource_group_name            = "rg-backup"
  recovery_vault_name            = "vault-fleet"
  policy_type                    = "V1"
  instant_restore_retention_days = 5

  backup {
    frequency = "Daily"
    time      = "23:00"
  }

  retention_daily {
    count = 30
  }
}

resource "azurerm_backup_protected_vm" "erp" {
  provider            = azurerm.shared
  resource_group_name = "rg-backup"
  recovery_vault_name = "vault-fleet"
  source_vm_id        = "${local.sub}/resourceGroups/rg-erp/providers/Microsoft.Compute/virtualMachines/erp-01"
  backup_policy_id    = azurerm_backup_policy_vm.five.id
}
