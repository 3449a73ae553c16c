"""How the VM agent is updated, by the guest.

Source: How to update the Azure Linux Agent on a VM. Azure Linux and Flatcar are not in it: see
guests.toml.
"""

from __future__ import annotations

import subprocess

import pytest

from scanner.catalogue.guests import guest_families, guest_family, in_guest

UBUNTU, DEBIAN = "Ubuntu", "Debian"
RED_HAT, OLD = "Red Hat, AlmaLinux and Rocky Linux 8 or later", "Red Hat and CentOS before 8"


@pytest.mark.parametrize(
    ("name", "version", "family"),
    [
        # As the agent reports the guest.
        pytest.param("ubuntu", "24.04", UBUNTU, id="Ubuntu"),
        pytest.param("debian", "12.5", DEBIAN, id="Debian"),
        pytest.param("sles", "15.5", "SUSE", id="SLES"),
        pytest.param("suse", "12", "SUSE", id="old SLES"),
        pytest.param("azurelinux", "3.0", "Azure Linux", id="Azure Linux 3"),
        pytest.param("mariner", "2.0", "Azure Linux", id="Mariner"),
        pytest.param("redhat", "7.9", OLD, id="RHEL 7"),
        pytest.param("redhat", "8.10", RED_HAT, id="RHEL 8"),
        pytest.param("rhel", "10.0", RED_HAT, id="RHEL 10"),
        pytest.param("centos", "7.9.2009", OLD, id="CentOS 7"),
        pytest.param("almalinux", "9.4", RED_HAT, id="AlmaLinux"),
        pytest.param("rocky", "9.3", RED_HAT, id="Rocky Linux"),
        pytest.param("oracle", "8.9", "Oracle Linux", id="Oracle Linux"),
        pytest.param("flatcar", "3815.2.0", "Flatcar", id="Flatcar"),
        pytest.param("redhat", None, OLD, id="RHEL without a version"),
        pytest.param("Windows Server 2022 Datacenter", "10.0.20348", None, id="Windows"),
        pytest.param("freebsd", "14.0", None, id="FreeBSD"),
        pytest.param("arch", "", None, id="another Linux"),
        # As an image names it: its offer and its SKU.
        pytest.param("sles-sap-15-sp5 gen2", "gen2", "SUSE", id="image of SLES for SAP"),
        pytest.param("openSUSE-Leap 42.3", "42.3", "SUSE", id="image of openSUSE"),
        pytest.param("RHEL 94_gen2", "94_gen2", RED_HAT, id="image of RHEL 9.4"),
        pytest.param("RHEL-SAP-HA 810sapha-gen2", "810sapha-gen2", RED_HAT, id="image of 8.10"),
        pytest.param("rhel-raw 79-gen2", "79-gen2", OLD, id="image of RHEL 7.9"),
        pytest.param("RHEL 7-LVM", "7-LVM", OLD, id="image of RHEL 7"),
        pytest.param("RHEL 100-gen2", "100-gen2", RED_HAT, id="image of RHEL 10.0"),
        pytest.param("CentOS 7_9-gen2", "7_9-gen2", OLD, id="image of CentOS 7.9"),
        pytest.param("rockylinux-x86_64 9-base", "9-base", RED_HAT, id="image of Rocky Linux"),
        pytest.param("Oracle-Linux ol94-lvm", "ol94-lvm", "Oracle Linux", id="image of Oracle"),
        pytest.param("azure-linux-3 azure-linux-3-gen2", "azure-linux-3-gen2", "Azure Linux",
                     id="image of Azure Linux"),
        pytest.param("cbl-mariner cbl-mariner-2-gen2", "cbl-mariner-2-gen2", "Azure Linux",
                     id="image of Mariner"),
        pytest.param("flatcar-container-linux-free stable", "stable", "Flatcar",
                     id="image of Flatcar"),
        pytest.param("sql2022-ubuntu2004 sqldev-gen2", "sqldev-gen2", UBUNTU,
                     id="SQL Server on Ubuntu"),
        pytest.param("debian-12 12-gen2", "12-gen2", DEBIAN, id="image of Debian"),
        pytest.param("", None, None, id="no image"),
    ],
)  # fmt: skip
def test_the_family_of_a_system(name: str, version: str | None, family: str | None) -> None:
    found = guest_family(name, version)
    assert (found.name if found else None) == family


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [
        pytest.param("sles", "15", "zypper python-azure-agent waagent", id="SUSE"),
        pytest.param("mariner", "2.0", "tdnf WALinuxAgent waagent", id="Azure Linux"),
        pytest.param("rhel", "9.4", "dnf WALinuxAgent waagent", id="RHEL"),
        pytest.param("centos", "7", "yum WALinuxAgent waagent", id="CentOS"),
        pytest.param("oracle", "9", "yum ol*_addons WALinuxAgent waagent", id="Oracle Linux"),
        pytest.param("debian", "12", "apt-get waagent walinuxagent", id="Debian"),
        pytest.param("ubuntu", "22", "apt-get walinuxagent walinuxagent", id="Ubuntu"),
    ],
)
def test_manager_package_and_service(name: str, version: str, words: str) -> None:
    family = guest_family(name, version)
    assert family
    assert family.update
    at = 0
    for word in words.split():
        at = family.update.index(word, at) + len(word)
    assert family.update.endswith(family.restart)


def test_a_family_has_a_command_or_says_what_to_do() -> None:
    for family in guest_families():
        assert bool(family.update) is not bool(family.by_hand)
        for command in filter(None, (family.update, family.restart)):
            subprocess.run(["sh", "-n", "-c", command], check=True)


def test_without_a_family_all_of_them_are_named() -> None:
    text = in_guest("Update it: {guest.updating}. Restart it: {guest.restarting}.", None)
    for family in guest_families():
        assert f"{family.name}: " in text
        assert (family.update or family.by_hand) in text
        assert family.restart in text
    assert (
        "https://learn.microsoft.com/azure/virtual-machines/extensions/update-linux-agent" in text
    )


def test_with_a_family_only_its_commands_are_named() -> None:
    text = in_guest("Update it: {guest.updating}.", guest_family("sles", "15"))
    assert text.count("`") == 2
    assert "apt-get" not in text
