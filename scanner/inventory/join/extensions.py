"""The extensions of a VM: their models from its single read, their reports from its view.

A listing of VMs has only the ids of extensions: a VM without ids has no models. An extension may be
in the view alone: that of Azure Backup often has no model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from scanner.inventory.arm_text import lower
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.extensions import Extension, ExtensionOperations, Image
from scanner.inventory.gap import Gap, Unseen, catch_gap, present, unrecorded
from scanner.inventory.join.runtime import instance_view, is_ready
from scanner.inventory.join.table import Table
from scanner.inventory.records import compute as records
from scanner.inventory.records.compute import ExtensionView, HandlerView, VirtualMachine

_FACT = "extensions"
_VIEW = "properties.instanceView"
_NO_NAME = "without a name"
StatusTest = Callable[[records.Status], bool]


def extensions(
    listed: VirtualMachine, views: Table[VirtualMachine], statuses: Table[VirtualMachine]
) -> tuple[Extension, ...]:
    """All extensions of a VM. Raises ``Unseen`` if the VM has models and they were not read."""
    for table in (views, statuses):
        entry = table.get(listed.id)
        if table is views and listed.resources and not isinstance(entry, VirtualMachine):
            unread = unrecorded(views.source(listed.id), "resources", _FACT)
            raise Unseen(entry) if isinstance(entry, Gap) else unread
        if isinstance(entry, VirtualMachine):
            return tuple(_Parts(entry, table.source(listed.id)).extensions())
    return ()


def extension_operations(vm: VirtualMachine, source: Source) -> ExtensionOperations:
    """The setting of the OS profile. Without a profile, extensions are allowed."""
    properties = present(vm.properties, source, "properties", "extension_operations")
    profile = properties.os_profile
    allowed = profile.allow_extension_operations if profile else None
    return ExtensionOperations(allowed is not False, profile is not None, source)


def image(vm: VirtualMachine, source: Source) -> Image:
    """The marketplace image; its fields are None if the VM was created from a disk."""
    properties = present(vm.properties, source, "properties", "image")
    storage = present(properties.storage_profile, source, "properties.storageProfile", "image")
    reference = storage.image_reference
    if reference is None:
        return Image(None, None, None, source)
    return Image(reference.publisher, reference.offer, reference.sku, source)


class _Parts:
    """The parts of a VM's extensions in one reading.

    A model is the resource, a view is what the extension itself reports, and a handler is what the
    VM agent reports of an extension's type.
    """

    def __init__(self, vm: VirtualMachine, source: Source) -> None:
        view = instance_view(vm)
        agent = view.vm_agent if view else None
        self.models = vm.resources or ()
        self.views = (view.extensions if view else None) or ()
        self.handlers = (agent.extension_handlers if agent else None) or ()
        self.source = source

    def extensions(self) -> Iterator[Extension]:
        """The extensions with a model, then those with only a view, then those with a handler."""
        types: set[str] = set()
        for index, model in enumerate(self.models):
            extension = self._extension_of_model(model, self.source.at(f"resources[{index}]"))
            if extension.is_typed:
                types.add(extension.type)
            yield extension
        for view in self.views:
            # A healthy view may be of an extension that has another name.
            is_new = lower(view.type) not in {"", *types} or _has_failed_or_changing_status(view)
            if is_new and not self._has_model(view):
                types.add(lower(view.type))
                yield self._extension_of_view(view)
        for handler in self.handlers:
            if not handler.type:
                yield from self._of_untyped(handler)
            elif lower(handler.type) not in types:
                types.add(lower(handler.type))
                yield self._extension(handler.type, handler.type)

    def _extension_of_model(self, model: records.Extension, source: Source) -> Extension:
        """An extension in the VM's body, with its report in the instance view."""
        name, properties, at = model.id.name, model.properties, source.at("properties")
        state = (properties.provisioning_state if properties else None) or None
        return self._extension(
            name,
            catch_gap(_publisher_and_type, model, source),
            state=catch_gap(present, state, at, "provisioningState", _FACT),
            # Within a VM, nothing but its name links an extension's view to its model.
            views=[view for view in self.views if _same_in_any_case(view.name, name)],
            source=at,
            named=source.evidence("name", name),
        )

    def _has_model(self, view: ExtensionView) -> bool:
        return any(_same_in_any_case(view.name, model.id.name) for model in self.models)

    def _extension_of_view(self, view: ExtensionView) -> Extension:
        """An extension that the instance view reports and the VM's body does not have."""
        at = self.source.at(_VIEW)
        return self._extension(
            view.name or view.type or _NO_NAME,
            view.type or self._missing_type_gap("extensions"),
            views=[view],
            named=at.evidence("extensions.name", view.name) if view.name else None,
        )

    def _of_untyped(self, handler: HandlerView) -> Iterator[Extension]:
        """The extension of a handler without a type, if the handler is not well."""
        if any(self._unready([handler])):
            kind = self._missing_type_gap("vmAgent.extensionHandlers")
            yield self._extension(_NO_NAME, kind, handlers=[handler])

    def _missing_type_gap(self, where: str) -> Gap:
        return unrecorded(self.source, f"{_VIEW}.{where}.type", _FACT).gap

    def _extension(
        self,
        name: str,
        kind: str | Gap,
        *,
        state: str | Gap | None = None,
        views: Sequence[ExtensionView] = (),
        handlers: Sequence[HandlerView] = (),
        source: Source | None = None,
        named: Evidence | None = None,
    ) -> Extension:
        """An extension of a type (``kind``); without ``handlers``, with those of its type."""
        handlers = handlers or [
            part for part in self.handlers if _same_in_any_case(part.type, kind)
        ]
        reports: tuple[HandlerView | ExtensionView, ...] = (*handlers, *views)
        versions = (report.type_handler_version for report in reports)
        failures = (
            *self._statuses_in(views, _is_failed_status),
            *self._unready(handlers, _is_failed_status),
        )
        warnings = self._unready(handlers, lambda status: not _is_failed_status(status))
        return Extension(
            name=name,
            known_type=kind,
            known_state=state,
            complaints=(*failures, *warnings),
            failures=failures,
            changes=tuple(self._statuses_in(views, _is_changing_status)),
            version=next((version for version in versions if version), None),
            source=source or self.source.at(_VIEW),
            named=named,
        )

    def _statuses_in(self, views: Sequence[ExtensionView], test: StatusTest) -> Iterator[Evidence]:
        """The statuses in views that pass a test."""
        for view in views:
            for status in view.statuses or ():
                if test(status):
                    yield self._status_evidence("extensions", view.name, status)

    def _unready(
        self, handlers: Sequence[HandlerView], test: StatusTest = lambda _: True
    ) -> Iterator[Evidence]:
        """The statuses of handlers that are not Ready, and pass a test."""
        for handler in handlers:
            status = handler.status
            if status is None or not (status.code or status.display_status):
                continue
            if not is_ready(status) and test(status):
                yield self._status_evidence("vmAgent.extensionHandlers", handler.type, status)

    def _status_evidence(self, where: str, name: str | None, status: records.Status) -> Evidence:
        words = " ".join(part for part in (status.code, status.display_status) if part)
        shown = ": ".join(part for part in (name, words, status.message) if part)
        return self.source.evidence(f"{_VIEW}.{where}", shown)


_STATE = "provisioningstate/"
_FAILED = f"{_STATE}failed"
_SUCCEEDED = f"{_STATE}succeeded"


def _has_failed_or_changing_status(view: ExtensionView) -> bool:
    return any(
        _is_failed_status(status) or _is_changing_status(status) for status in view.statuses or ()
    )


def _is_failed_status(status: records.Status) -> bool:
    return lower(status.level) == "error" or lower(status.code).startswith(_FAILED)


def _is_changing_status(status: records.Status) -> bool:
    """True for a state that is not an end, such as ``ProvisioningState/transitioning``."""
    code = lower(status.code)
    is_state = code.startswith(_STATE) and not code.startswith(_SUCCEEDED)
    return is_state and not _is_failed_status(status)


def _publisher_and_type(model: records.Extension, source: Source) -> str:
    """Publisher and type, joined by a dot."""
    properties = present(model.properties, source, "properties", _FACT)
    at = source.at("properties")
    publisher = present(properties.publisher or None, at, "publisher", _FACT)
    return f"{publisher}.{present(properties.type or None, at, 'type', _FACT)}"


def _same_in_any_case(one: str | None, other: str | Gap | None) -> bool:
    return isinstance(one, str) and isinstance(other, str) and lower(one) == lower(other)
