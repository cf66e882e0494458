"""Where compiled code is kept between runs: a folder per state of the sources, so that no stale code ever runs.

The compiler keys its cache by the kernel's own file and does not see that a file which it imports has changed.
"""

import hashlib
import os
import tempfile
from pathlib import Path

_SOURCES = Path(__file__).resolve().parent.parent


def sources() -> str:
    """The hash of all that is compiled and of the compiler's version: equal where equal code runs."""
    import numba

    found = hashlib.sha256(numba.__version__.encode())
    for path in sorted(_SOURCES.glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def keep() -> None:
    """Tell the compiler where to keep its code. Where nothing can be written it compiles anew in every run."""
    import numba

    state = sources()[:24]
    folder = Path(tempfile.gettempdir()) / f"sonae-compiled-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        # Another user's folder of that name would let them hand us their code.
        if folder.is_symlink() or folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
            return
        (folder / state).mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return
    vars(numba.config)["CACHE_DIR"] = str(folder / state)
