"""A Docker engine of its own, in a temporary folder, and images for it without a registry."""

import io
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
from http.client import HTTPConnection
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ENGINE_SH = REPOSITORY / "script/lib/engine.sh"
BUSYBOX = Path("/bin/busybox")

SAFETY_NET = 120  # seconds; nothing is judged by time, this only ends what hangs


class CannotRun(Exception):
    """Why this machine cannot run an engine, for people."""


class UnixHTTPConnection(HTTPConnection):
    def __init__(self, path):
        super().__init__("docker", timeout=SAFETY_NET)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class PrivateEngine:
    """One dockerd and everything it starts. `root`: a Debian with an engine, else this machine's own."""

    listening = b"API listen on"  # of its log

    def __init__(self, root=None):
        self.root = Path(root) if root else None
        self.folder = Path(tempfile.mkdtemp(prefix="docker-engine-"))
        self.socket = str(self.folder / "docker.sock")
        self.log = self.folder / "log"
        self.docker = str(self.root / "usr/bin/docker") if self.root else "/usr/bin/docker"
        self.version = self.api_version = ""
        self.process = None
        self._pump = None
        self._listening = threading.Event()

    def command(self):
        """What becomes dockerd."""
        return [ENGINE_SH, "run", self.folder] + ([self.root] if self.root else [])

    def start(self):
        """Ready when it returns. May be called again after stop() or kill(): the data is still there."""
        if os.geteuid() != 0:
            raise CannotRun("an engine needs root")
        if not self.root and not shutil.which("dockerd", path="/usr/sbin:/usr/bin"):
            raise CannotRun("dockerd is not installed (Debian: docker.io)")
        self._listening.clear()
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self._pump = threading.Thread(target=self._read_log, args=(self.process.stdout,), daemon=True)
        self._pump.start()
        self._listening.wait(SAFETY_NET)
        if self.process.poll() is not None or not self._listening.is_set():
            self.kill()
            raise CannotRun("dockerd does not start here:\n" + self.log_tail())
        version = self.get("/version")
        self.version, self.api_version = version["Version"], version["ApiVersion"]

    def _read_log(self, stream):
        with open(self.log, "ab") as log:
            for line in stream:
                log.write(line)
                log.flush()
                if self.listening in line:
                    self._listening.set()
        self.process.wait()
        self._listening.set()  # it will not listen any more: let start() see

    def log_tail(self, lines=15):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def get(self, target):
        connection = UnixHTTPConnection(self.socket)
        try:
            connection.request("GET", target)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(SAFETY_NET)
        except subprocess.TimeoutExpired:
            self.kill()
        self._pump.join(SAFETY_NET)

    def kill(self):
        """As a crash would; its containerd with it, or the next dockerd would wait for a dying one."""
        containerd = self.folder / "exec/containerd/containerd.pid"
        watched = None
        if containerd.exists():
            try:
                watched = os.pidfd_open(int(containerd.read_text()))
            except ProcessLookupError:
                pass
        self.process.kill()
        self.process.wait()
        if watched is not None:
            try:
                signal.pidfd_send_signal(watched, signal.SIGKILL)
            except ProcessLookupError:
                pass
            select.select([watched], [], [], SAFETY_NET)
            os.close(watched)
        containerd.unlink(missing_ok=True)
        self._pump.join(SAFETY_NET)

    def remove(self):
        """Ends it and leaves nothing behind."""
        if self.process and self.process.poll() is None:
            self.stop()
        for folder in self.control_groups():
            try:
                os.rmdir(folder)
            except OSError:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)

    def control_groups(self):
        return control_groups(self.folder.name)


class PrivatePodman(PrivateEngine):
    """The Podman of `root`, and everything it starts."""

    listening = b"API service listening on"

    def __init__(self, root):
        super().__init__(root)
        # Podman names them the same wherever it runs.
        self._of_others = set(control_groups("libpod_parent"))

    def command(self):
        return [ENGINE_SH, "run-podman", self.folder, self.root]

    def kill(self):
        """With all its containers: their first process is the child of ours, which ends when all of them have."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        if self.process.poll() is None and (first := children.read_text().split()):
            os.kill(int(first[0]), signal.SIGKILL)
            self.process.wait(SAFETY_NET)
        super().kill()

    def stop(self):
        """Its containers would stay if it ended by itself."""
        self.kill()

    def control_groups(self):
        return [folder for folder in control_groups("libpod_parent") if folder not in self._of_others]


def control_groups(name):
    """Those of that name and all within; the inner ones first."""
    return [folder for folder, _, _ in os.walk("/sys/fs/cgroup", topdown=False) if name in folder.split("/")]


def busybox_root():
    """A root file system in a tar: busybox, a link for each of its commands, /etc and /tmp."""
    data = BUSYBOX.read_bytes()
    applets = subprocess.run([BUSYBOX, "--list"], check=True, capture_output=True, text=True).stdout.split()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        def add(name, kind, mode, content=b"", target=""):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode, entry.size, entry.linkname = kind, mode, len(content), target
            tar.addfile(entry, io.BytesIO(content))

        for name, mode in {"bin": 0o755, "etc": 0o755, "root": 0o700, "tmp": 0o1777}.items():
            add(name, tarfile.DIRTYPE, mode)
        add("etc/passwd", tarfile.REGTYPE, 0o644, b"root:x:0:0:root:/root:/bin/sh\n")
        add("bin/busybox", tarfile.REGTYPE, 0o755, data)
        for applet in applets:
            if applet != "busybox":
                add(f"bin/{applet}", tarfile.SYMTYPE, 0o777, target="busybox")
    return archive.getvalue()


def make_root(kind, folder):
    """`kind` is engine.sh's word: sid or debian."""
    made = subprocess.run([ENGINE_SH, kind, folder], capture_output=True, text=True)
    if made.returncode != 0:
        raise CannotRun(f"engine.sh {kind} failed:\n" + (made.stdout + made.stderr)[-2000:])
