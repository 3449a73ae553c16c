"""What a call is: an operation of the SDK, the record of its answer, the right it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from scanner.arm.rates import Rate
from scanner.inventory.armid import ArmId
from scanner.inventory.snapshot import ReadingName

if TYPE_CHECKING:
    from azure.core.async_paging import AsyncItemPaged
    from azure.core.polling import AsyncLROPoller

    from scanner.arm.azure import Azure

R = TypeVar("R")
Options = Mapping[str, Any]
"""Keywords that every operation of the SDK passes to the pipeline."""


@dataclass(frozen=True, kw_only=True)
class Call(Generic[R]):
    """One request."""

    name: str
    action: str
    """The ARM action a role must grant."""
    fact: str
    """The fact of a VM that is missing if the call is refused."""
    fills: ReadingName | None = None
    """The reading that its answers go into. None if no fact of a VM is read from it."""
    record: type[R]
    per: Literal[
        "run",
        "cloud",
        "subscription",
        "VM",
        "collection",
        "management group",
        "vault",
        "vault in use",
        "vault in use or named",
        "failed job",
        "failed snapshot",
        "asked VM",
        "asked way",
        "asked address",
        "1,000 subscriptions",
        "VM that is not listed",
        "classic VM that is not listed",
    ] = "subscription"  # fmt: skip
    none_if: frozenset[str] = frozenset()
    """Answers such as ``HTTP 409 MissingSubscriptionRegistration`` that mean that there is none, or
    that Azure does not record what was asked for."""
    rate: Rate | None = None
    """The limit that it counts against, next to that of its subscription or of the tenant."""


ListOperation = Callable[["Azure", ArmId, Options], "AsyncItemPaged[Any]"]
"""Takes the clients and the id of the subscription, vault or management group to list."""


@dataclass(frozen=True, kw_only=True)
class Listing(Call[R]):
    """A GET that is answered in pages."""

    operation: ListOperation
    holds: str | None = None
    """The last type in the ids of its entries. None for the type that the action names, empty for
    entries of many types in any scope."""

    @cached_property
    def _segment(self) -> str:
        """What precedes the name in the ids of its entries, in lower case.

        A type with a parent has its parent's name in between, so only its last part is known.
        """
        *parents, kind, _ = self.action.lower().split("/")
        if self.holds is not None:
            return f"/{self.holds.lower()}/"
        is_of_provider = len(parents) == 1 and parents[0] != "microsoft.resources"
        return f"/providers/{parents[0]}/{kind}/" if is_of_provider else f"/{kind}/"

    def may_hold(self, entry: ArmId, scope: ArmId) -> bool:
        """True if a listing of a scope may have an entry with this id."""
        return self.holds == "" or (entry in scope and entry.is_directly_in(self._segment))


@dataclass(frozen=True, kw_only=True)
class Get(Call[R]):
    """A GET of one resource."""

    operation: Callable[[Azure, ArmId, Options], Awaitable[Any]]
    """Takes the clients and the id of the resource."""
    is_named: bool = True
    """True if the answer has the id of the resource."""


@dataclass(frozen=True, kw_only=True)
class Post(Call[R]):
    """A POST that only reads. It is sent only where the user opted in."""

    operation: Callable[[Azure, str, Any, Options], Awaitable[Any]]
    """Takes the clients, a region and the body."""

    @property
    def sent_as(self) -> str:
        """The action that ARM derives from its path. The right of a query is a read."""
        return f"{self.action.rpartition('/')[0]}/action"


@dataclass(frozen=True, kw_only=True)
class LongPost(Call[R]):
    """A POST to a resource that only reads, and whose answer Azure may make in the background.

    It is sent only where the user opted in. The SDK's operation begins it and gives a poller.
    """

    operation: Callable[[Azure, ArmId, Any, Options], Awaitable[AsyncLROPoller[Any]]]
    """Takes the clients, the id of the resource and the body."""

    @property
    def sent_as(self) -> str:
        """The action that ARM derives from its path."""
        return self.action

    @property
    def poll_actions(self) -> tuple[str, str]:
        """The actions of polls, of the status of the operation and of its result."""
        place = f"{self.action.partition('/')[0]}/locations"
        return f"{place}/operations/read", f"{place}/operationResults/read"


def action_of_post(path: str) -> str:
    """The action that ARM derives from the path of a POST, in lower case.

    Empty for a path that ends with a name, which is no action.
    """
    provider, *others = path.lower().rpartition("/providers/")[2].split("/")
    return "/".join((provider, *others[::2], "action")) if len(others) % 2 else ""
