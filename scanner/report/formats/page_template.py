"""The files that pages are made of."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from importlib import resources

from jinja2 import Environment, Template


def page_template(name: str, /, **filters: Callable[..., object]) -> Template:
    """A template with its filters. Text in it is text, and never markup.

    To compile it takes longer than to write the page of a small fleet: keep it.
    """
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(filters)
    return environment.from_string(page_file(name))


def page_file(name: str) -> str:
    """A file that pages are made of: a template, the style or a script."""
    return resources.files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def csp_hash(text: str) -> str:
    """The hash that allows a style or script in the page's Content Security Policy."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
