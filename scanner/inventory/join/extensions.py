"""The extensions of a VM: their models from its single read, their reports from its view.

A listing of VMs has only the ids of extensions: a VM without ids has no models. An extension may be
in the view alone: that of Azure Backup often has no model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from scanner.inventory.arm_text import lower, past_time
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.extensions import Extension, ExtensionOperations, Image
from scanner.inventory.facts.machine import PowerState
from scanner.inventory.gap import Gap, Unseen, catch_gap, present, unrecorded
from scanner.inventory.join.model import require_body
from scanner.inventory.join.runtime import (
    instance_view,
    is_installing,
    readiness,
    require_readiness,
)
from scanner.inventory.join.table import Table
from scanner.inventory.records import compute as records
from scanner.inventory.records.compute import ExtensionView, HandlerView, VirtualMachine
from scanner.inventory.version import Version
from scanner.inventory.words import by_lower_case, word, word_or

_FACT = "extensions"
_VIEW = "properties.instanceView"
_NO_NAME = "without a name"
StatusTest = Callable[[records.Status], bool]


def extensions(
    listed: VirtualMachine,
    power: PowerState | Gap,
    views: Table[VirtualMachine],
    statuses: Table[VirtualMachine],
) -> tuple[Extension, ...]:
    """All extensions of a VM. Raises ``Unseen`` if the VM has models and they were not read."""
    for table in (views, statuses):
        entry = table.get(listed.id)
        if table is views and listed.resources and not isinstance(entry, VirtualMachine):
            unread = unrecorded(views.source(listed.id), "resources", _FACT)
            raise Unseen(entry) if type(entry) is Gap else unread
        if isinstance(entry, VirtualMachine):
            return tuple(_Parts(entry, table.source(listed.id), power).extensions())
    return ()


def extension_operations(vm: VirtualMachine, source: Source) -> ExtensionOperations:
    """The setting of the OS profile. Without a profile, extensions are allowed."""
    # The profile is missing if the VM was created from a disk (REST API reference, OSProfile).
    properties = require_body(vm, source, "extension_operations")
    profile = properties.os_profile
    allowed = profile.allow_extension_operations if profile else None
    return ExtensionOperations(allowed is not False, profile is not None, source)


def image(vm: VirtualMachine, source: Source) -> Image:
    """The marketplace image; its fields are None if the VM was created from a disk.

    Raises ``Unseen`` if only some of its members are given.
    """
    properties = present(vm.properties, source, "properties", "image")
    storage = present(properties.storage_profile, source, "properties.storageProfile", "image")
    reference = storage.image_reference
    if reference is None:
        return Image(None, None, None, source)
    at = source.at("properties.storageProfile.imageReference")
    # A gallery image has none of these members, one of the marketplace has all.
    if reference.publisher or reference.offer or reference.sku:
        present(reference.publisher or None, at, "publisher", "image")
        present(reference.offer or None, at, "offer", "image")
        present(reference.sku or None, at, "sku", "image")
    return Image(reference.publisher, reference.offer, reference.sku, source)


class _Parts:
    """The parts of a VM's extensions in one reading.

    A model is the resource, a view is what the extension itself reports, and a handler is what the
    VM agent reports of an extension's type.
    """

    def __init__(self, vm: VirtualMachine, source: Source, power: PowerState | Gap) -> None:
        view = instance_view(vm)
        agent = view.vm_agent if view else None
        self.models = vm.resources or ()
        self.views = (view.extensions if view else None) or ()
        self.listed_handlers = agent.extension_handlers if agent else None
        self.handlers = self.listed_handlers or ()
        self.source = source
        self.power = power
        statuses = (agent.statuses if agent else None) or ()
        self.is_silent = any(readiness(status) is False for status in statuses)

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
            kind = _documented_type(handler)
            if kind is None:
                yield from self._of_untyped(handler)
            elif lower(kind) not in types:
                types.add(lower(kind))
                yield self._extension(kind, kind)

    def _extension_of_model(self, model: records.Extension, source: Source) -> Extension:
        """An extension in the VM's body, with its report in the instance view."""
        name, properties, at = model.id.name, model.properties, source.at("properties")
        state = (properties.provisioning_state if properties else None) or None
        return self._extension(
            name,
            catch_gap(_publisher_and_type, model, source),
            state=catch_gap(_documented_state, state, at),
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
            yield self._extension(handler.type or _NO_NAME, kind, handlers=[handler])

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
        installing = [
            part.status for part in handlers if part.status and is_installing(part.status)
        ]
        changing = [*filter(_is_changing_status, _statuses_of(views)), *installing]
        reports: tuple[HandlerView | ExtensionView, ...] = (*handlers, *views)
        versions = (report.type_handler_version for report in reports)
        failures = (
            *self._statuses_in(views, _is_failed_status),
            *self._unready(handlers, _is_failed_status),
        )
        warnings = self._unready(handlers, _is_warning)
        changes = (
            *self._statuses_in(views, _is_changing_status),
            *self._unready(handlers, is_installing),
        )
        return Extension(
            name=name,
            known_type=kind,
            known_state=state,
            complaints=(*failures, *warnings),
            failures=failures,
            changes=changes,
            known_version=self._version(name, next(filter(None, versions), None), reports),
            source=source or self.source.at(_VIEW),
            named=named,
            unreported=self._unreported(name, kind, views, handlers),
            changing_since=min(filter(None, map(self._time_of, changing)), default=None),
        )

    def _time_of(self, status: records.Status) -> datetime | None:
        """When a status was reported; None if it has no time, or one that cannot be."""
        return past_time(status.time, self.source.seen_at)

    def _is_due(self, reports: Sequence[HandlerView | ExtensionView]) -> bool:
        """True if ARM leaves no report of an extension out.

        It does so if the VM does not run. If the agent of a running VM is silent, ARM lists the
        names of extensions alone (as recorded).
        """
        if isinstance(self.power, PowerState) and not self.power.is_running:
            return False
        return not self.is_silent or any(_has_status(report) for report in reports)

    def _version(
        self, name: str, text: str | None, reports: Sequence[HandlerView | ExtensionView]
    ) -> str | Gap | None:
        """The version of an extension; a gap if it is no version, or none is shown that is due."""
        if text is None and not self._is_due(reports):
            return None
        at, path = self.source.at(_VIEW), f"extensions.typeHandlerVersion of {name}"
        return catch_gap(_documented_version, text, at, path)

    def _unreported(
        self,
        name: str,
        kind: str | Gap,
        views: Sequence[ExtensionView],
        handlers: Sequence[HandlerView],
    ) -> Gap | None:
        """Why an extension may have failed without a sign, although its reports are due."""
        if not self._is_due((*views, *handlers)):
            return None
        # The extension may report under another name than that of its model.
        views = views or [view for view in self.views if _same_in_any_case(view.type, kind)]
        gap = catch_gap(self._require_views, name, views) or catch_gap(
            self._require_handlers, name, handlers
        )
        # It may not be known whether a report is due.
        return self.power if gap and type(self.power) is Gap else gap

    def _require_views(self, name: str, views: Sequence[ExtensionView]) -> None:
        """Raise ``Unseen`` unless a view has a state, and all words of it are known."""
        at, path = self.source.at(_VIEW), f"extensions.statuses of {name}"
        states = [status for status in _statuses_of(views) if _is_state(status)]
        present(states or None, at, f"{path} with a ProvisioningState", _FACT)
        for status in states:
            word(_state_of(status), _STATES, at, f"{path} with a code", _FACT)
            word_or(None, status.level, _LEVELS, at, f"{path} with a level", _FACT)

    def _require_handlers(self, name: str, handlers: Sequence[HandlerView]) -> None:
        """Raise ``Unseen`` unless the handlers are listed, and the status of its own is known.

        The list may leave the handler out, or be empty (as reported): the view is then the whole
        report.
        """
        at, path = self.source.at(f"{_VIEW}.vmAgent"), f"extensionHandlers of {name}"
        listed = present(self.listed_handlers, at, path, _FACT)
        if not handlers and not all(map(_documented_type, listed)):
            # The handler without a type may be that of the extension.
            raise unrecorded(at, f"{path} with a type", _FACT)
        for handler in handlers:
            require_readiness(handler.status, at, path, _FACT)

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
            if status is not None and readiness(status) is False and test(status):
                yield self._status_evidence("vmAgent.extensionHandlers", handler.type, status)

    def _status_evidence(self, where: str, name: str | None, status: records.Status) -> Evidence:
        words = " ".join(part for part in (status.code, status.display_status) if part)
        shown = ": ".join(part for part in (name, words, status.message) if part)
        return self.source.evidence(f"{_VIEW}.{where}", shown)


def _documented_type(handler: HandlerView) -> str | None:
    """Publisher and type with a dot between them, as every handler has them. None otherwise."""
    return handler.type if handler.type and "." in handler.type else None


def _is_warning(status: records.Status) -> bool:
    return not (_is_failed_status(status) or is_installing(status))


def _has_status(report: HandlerView | ExtensionView) -> bool:
    return bool(report.status if isinstance(report, HandlerView) else report.statuses)


def _statuses_of(views: Sequence[ExtensionView]) -> Iterator[records.Status]:
    return (status for view in views for status in view.statuses or ())


_STATE = "provisioningstate/"
_FAILED = f"{_STATE}failed"
_STATES = by_lower_case(
    "Succeeded", "Failed", "Creating", "Updating", "Deleting", "Migrating", "Canceled",
    "Transitioning",
)  # fmt: skip
"""The states of models and of views: the document "Provisioning states for Azure Virtual Machines",
and Transitioning from recorded answers."""
_LEVELS = by_lower_case("Info", "Warning", "Error")
"""StatusLevelTypes (REST API reference, Virtual Machines, 2024-07-01). The level is optional."""
_CHANGING = tuple(state for state in _STATES if state not in ("succeeded", "failed"))


def _documented_state(state: str | None, at: Source) -> str:
    """The provisioning state of a model, as ARM sent it."""
    path = "provisioningState"
    word(state, _STATES, at, path, _FACT)
    return present(state, at, path, _FACT)


def _documented_version(text: str | None, at: Source, path: str) -> str:
    """A version. Raises ``Unseen`` if it has no dotted number."""
    found = present(text, at, path, _FACT)
    try:
        Version(found)
    except ValueError:
        raise unrecorded(at, f"{path} that is a version, only {found[:60]!r}", _FACT) from None
    return found


def _is_state(status: records.Status) -> bool:
    return lower(status.code).startswith(_STATE)


def _state_of(status: records.Status) -> str:
    """The state in a code: a reason may follow, as in ``ProvisioningState/failed/1``."""
    return (status.code or "").split("/")[1]


def _has_failed_or_changing_status(view: ExtensionView) -> bool:
    return any(
        _is_failed_status(status) or _is_changing_status(status) for status in view.statuses or ()
    )


def _is_failed_status(status: records.Status) -> bool:
    return lower(status.level) == "error" or lower(status.code).startswith(_FAILED)


def _is_changing_status(status: records.Status) -> bool:
    """True for a state that is not an end, such as ``ProvisioningState/transitioning``."""
    is_changing = _is_state(status) and lower(_state_of(status)) in _CHANGING
    return is_changing and not _is_failed_status(status)


def _publisher_and_type(model: records.Extension, source: Source) -> str:
    """Publisher and type, joined by a dot."""
    properties = present(model.properties, source, "properties", _FACT)
    at = source.at("properties")
    publisher = present(properties.publisher or None, at, "publisher", _FACT)
    return f"{publisher}.{present(properties.type or None, at, 'type', _FACT)}"


def _same_in_any_case(one: str | None, other: str | Gap | None) -> bool:
    return isinstance(one, str) and isinstance(other, str) and lower(one) == lower(other)
