"""The extensions of a VM: their models from its single read, their reports from its view.

A listing of VMs names extensions by id alone; a VM that lists none has none. What only the view
tells of is an extension too: Backup's own often has no model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.extensions import Extension, ExtensionOperations, Image
from scanner.inventory.gap import Gap, Unseen, catch_gap, present, unrecorded
from scanner.inventory.join.runtime import instance_view, is_ready
from scanner.inventory.join.table import Table
from scanner.inventory.records import compute as records
from scanner.inventory.records.compute import ExtensionView, HandlerView, VirtualMachine

_FACT = "extensions"
_VIEW = "properties.instanceView"


def extensions(
    listed: VirtualMachine, views: Table[VirtualMachine], statuses: Table[VirtualMachine]
) -> tuple[Extension, ...]:
    """All extensions of a VM; raises ``Unseen`` where it has some and they were not read."""
    for table in (views, statuses):
        entry = table.get(listed.id)
        if table is views and listed.resources and not isinstance(entry, VirtualMachine):
            unread = unrecorded(views.source(listed.id), "resources", _FACT)
            raise Unseen(entry) if isinstance(entry, Gap) else unread
        if isinstance(entry, VirtualMachine):
            return tuple(_Reports(entry, table.source(listed.id)).all())
    return ()


def extension_operations(vm: VirtualMachine, source: Source) -> ExtensionOperations:
    """Whether the VM takes extensions; without an OS profile nothing forbids them."""
    properties = present(vm.properties, source, "properties", "extension_operations")
    profile = properties.os_profile
    allowed = profile.allow_extension_operations if profile else None
    return ExtensionOperations(allowed is not False, profile is not None, source)


def image(vm: VirtualMachine, source: Source) -> Image:
    """The marketplace image; a VM made of a disk of its own has none."""
    properties = present(vm.properties, source, "properties", "image")
    storage = present(properties.storage_profile, source, "properties.storageProfile", "image")
    named = storage.image_reference
    if named is None:
        return Image(None, None, None, source)
    return Image(named.publisher, named.offer, named.sku, source)


class _Reports:
    """One VM as read alone, or as the status listing has it."""

    def __init__(self, vm: VirtualMachine, source: Source) -> None:
        view = instance_view(vm)
        agent = view.vm_agent if view else None
        self.models = vm.resources or ()
        self.views = (view.extensions if view else None) or ()
        self.handlers = (agent.extension_handlers if agent else None) or ()
        self.source = source

    def all(self) -> Iterator[Extension]:
        """Those with a model, then those that only a view, then only a handler tells of."""
        told: set[str] = set()
        for index, model in enumerate(self.models):
            found = self._of_model(model, self.source.at(f"resources[{index}]"))
            told |= {found.type} if found.is_typed else set()
            yield found
        for view in self.views:
            kind = (view.type or "").lower()
            is_news = any(_is_failed(each) or _is_changing(each) for each in view.statuses or ())
            # What is well and told of already is no second extension.
            if not self._has_model(view) and ((kind and kind not in told) or is_news):
                told |= {kind} if kind else set()
                yield self._of_view(view)
        for handler in self.handlers:
            kind = (handler.type or "").lower()
            if kind and kind not in told:
                told.add(kind)
                yield self._extension(handler.type or "", handler.type or "")
            elif not kind and any(self._not_ready([handler])):
                yield self._extension("without a name", self._untyped("vmAgent.extensionHandlers"),
                                      handlers=[handler])  # fmt: skip

    def _of_model(self, model: records.Extension, source: Source) -> Extension:
        name, properties, at = model.id.name, model.properties, source.at("properties")
        told = (properties.provisioning_state if properties else None) or None
        return self._extension(
            name,
            catch_gap(_type, model, source),
            state=catch_gap(present, told, at, "provisioningState", _FACT),
            # Within one VM its name is all that ties an extension's view to its model.
            views=[each for each in self.views if _same(each.name, name)],
            source=at,
            named=source.evidence("name", name),
        )

    def _has_model(self, view: ExtensionView) -> bool:
        return any(_same(view.name, model.id.name) for model in self.models)

    def _of_view(self, view: ExtensionView) -> Extension:
        at = self.source.at(_VIEW)
        return self._extension(
            view.name or view.type or "without a name",
            view.type or self._untyped("extensions"),
            views=[view],
            named=at.evidence("extensions.name", view.name) if view.name else None,
        )

    def _untyped(self, where: str) -> Gap:
        return unrecorded(self.source, f"{_VIEW}.{where}.type", _FACT).gap

    def _extension(
        self,
        name: str,
        kind: str | Gap,
        *,
        state: str | Gap | None = None,
        views: Sequence[ExtensionView] = (),
        handlers: Sequence[HandlerView] | None = None,
        source: Source | None = None,
        named: Evidence | None = None,
    ) -> Extension:
        mine = handlers or [each for each in self.handlers if _same(each.type, kind)]
        reports: tuple[HandlerView | ExtensionView, ...] = (*mine, *views)
        versions = (each.type_handler_version for each in reports)
        failures = (*self._viewed(views, _is_failed), *self._not_ready(mine, _is_failed))
        others = self._not_ready(mine, lambda status: not _is_failed(status))
        return Extension(
            name=name,
            known_type=kind,
            known_state=state,
            complaints=(*failures, *others),
            failures=failures,
            changes=tuple(self._viewed(views, _is_changing)),
            version=next((version for version in versions if version), None),
            source=source or self.source.at(_VIEW),
            named=named,
        )

    def _viewed(self, views: Sequence[ExtensionView], is_meant: Meant) -> Iterator[Evidence]:
        for view in views:
            for status in view.statuses or ():
                if is_meant(status):
                    yield self._complaint("extensions", view.name, status)

    def _not_ready(
        self, handlers: Sequence[HandlerView], is_meant: Meant = lambda _: True
    ) -> Iterator[Evidence]:
        for handler in handlers:
            status = handler.status
            said = status is not None and bool(status.code or status.display_status)
            if status and said and not is_ready(status) and is_meant(status):
                yield self._complaint("vmAgent.extensionHandlers", handler.type, status)

    def _complaint(self, where: str, name: str | None, status: records.Status) -> Evidence:
        told = " ".join(part for part in (status.code, status.display_status) if part)
        shown = ": ".join(part for part in (name, told, status.message) if part)
        return self.source.evidence(f"{_VIEW}.{where}", shown)


_FAILED = "provisioningstate/failed"
_STATE = "provisioningstate/"
_SUCCEEDED = "provisioningstate/succeeded"
Meant = Callable[[records.Status], bool]


def _is_failed(status: records.Status) -> bool:
    code = (status.code or "").lower()
    return (status.level or "").lower() == "error" or code.startswith(_FAILED)


def _is_changing(status: records.Status) -> bool:
    """Whether it is neither over nor failed, such as ``ProvisioningState/transitioning``."""
    code = (status.code or "").lower()
    is_state = code.startswith(_STATE) and not code.startswith(_SUCCEEDED)
    return is_state and not _is_failed(status)


def _type(model: records.Extension, source: Source) -> str:
    properties = present(model.properties, source, "properties", _FACT)
    at = source.at("properties")
    publisher = present(properties.publisher or None, at, "publisher", _FACT)
    return f"{publisher}.{present(properties.type or None, at, 'type', _FACT)}"


def _same(one: str | None, other: object) -> bool:
    return isinstance(one, str) and isinstance(other, str) and one.lower() == other.lower()
