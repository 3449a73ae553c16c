from scanner.api import Disk, Verdict
from scanner.testing import SEEN, findings, vm

from third_party_check import disk_size


def test_a_disk_over_our_limit_is_found() -> None:
    small, large = Disk("os", None, 4096, SEEN), Disk("data", 0, 4097, SEEN)
    worst, other = findings(disk_size, vm(disks=(small, large)))
    assert (worst.verdict, other.verdict) == (Verdict.POSSIBLE, Verdict.CLEAR)
    assert "data disk (LUN 0) data has 4,097 GiB" in worst.message
