"""``python -m scanner``."""

import os
import sys


def _leave_current_folder() -> None:
    """Look for no module in the current folder, where Python looks first.

    Whoever writes there, such as the author of a pull request, must not replace one. A folder of
    sources runs from itself. Only modules that Python has loaded by now are used here.
    """
    try:
        here = os.getcwd()  # noqa: PTH109
    except OSError:
        return
    if not sys.flags.safe_path and sys.path[0] == here and not __file__.startswith(here + os.sep):
        del sys.path[0]


_leave_current_folder()

from scanner.cli import main  # noqa: E402 - it is not looked for in the current folder

main()
