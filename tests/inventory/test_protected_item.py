"""What one protected item says."""

from __future__ import annotations

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.protected_item import vm_of
from scanner.inventory.records.backup import ItemProperties, ProtectedItem
from tests.support.facts import GROUP, SEEN_AT

ITEM = ArmId(f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/v/backupFabrics/Azure/x/y")


# The hashes of texts differ from run to run, so that one pair alone may pass by chance.
@pytest.mark.parametrize("number", range(12), ids="VM {}".format)
def test_of_two_texts_of_one_id_the_source_is_kept(number: int) -> None:
    source = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web-{number}"
    properties = ItemProperties(source_resource_id=source, virtual_machine_id=source.upper())
    found = vm_of(ProtectedItem(ITEM, properties=properties), Source(ITEM, SEEN_AT))
    assert found
    assert found.text == source
