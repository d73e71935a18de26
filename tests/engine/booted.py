"""A Debian in a folder: dpkg in it, and systemd as its first process, with mounts, processes and a network of its own."""

import os
import select
import shutil
import subprocess
import tempfile
from pathlib import Path

from private_engine import SAFETY_NET, CannotRun

BOOT_SH = Path(__file__).resolve().parent / "boot.sh"
NAMESPACES = ["--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup"]
# What a machine of its own would have: file systems of the kernel, a console, modules.
NOT_HERE = ("dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount "
            "sys-fs-fuse-connections.mount modprobe@.service getty.target e2scrub_reap.service").split()
READY = """[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo ready >/booted'
"""


# Its mounts go with it, and it goes when its standard input ends.
HOLD = """mount -t tmpfs tmpfs "$1"
mkdir "$1/changed" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=$2,upperdir=$1/changed,workdir=$1/work" overlay "$1/root"
echo mounted
exec cat"""


class Debian:
    """What is done to it happens in memory, before `root`, and only as long as this process is there to see it."""

    def __init__(self, root):
        if os.geteuid() != 0:
            raise CannotRun("a Debian in a folder needs root")
        self.folder = Path(tempfile.mkdtemp(prefix="docker-debian-"))
        self.process = self.group = None
        self.holder = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-ec", HOLD, "sh", self.folder, root],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if (said := self.holder.stdout.readline()) != "mounted\n":
            self.remove()
            raise CannotRun(f"nothing can be mounted before a Debian here: {said}")
        self.inside = f"{self.folder}/root"  # as the holder sees it
        self.root = Path(f"/proc/{self.holder.pid}/root{self.inside}")
        (self.root / "usr/sbin/policy-rc.d").unlink(missing_ok=True)
        self.write("/etc/dpkg/dpkg.cfg.d/tests", "force-unsafe-io\n")

    def run(self, *command, **more):
        """In it, its services included once it is booted: (exit status, what it printed)"""
        inside = ["chroot", self.root]
        if self.process:
            inside = ["nsenter", f"--target={self.first}", *NAMESPACES, "--root", "--wd=/"]
        done = subprocess.run([*inside, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                                              "DEBIAN_FRONTEND": "noninteractive"}, timeout=SAFETY_NET, **more)
        return done.returncode, done.stdout

    def __call__(self, *command, **more):
        """What it printed; it must succeed."""
        status, text = self.run(*command, **more)
        assert status == 0, f"{command}: exit status {status}\n{text}"
        return text

    def await_line(self, word, *command):
        """Until a command that goes on and on has printed it. It sees the files, not the processes: nsenter becomes it, and
        ends with it."""
        with subprocess.Popen(["nsenter", f"--target={self.first}", "--mount", "--root", "--wd=/", *command],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert any(word in line for line in process.stdout), f"{command} ended without {word!r}"
            finally:
                process.kill()

    def put(self, file):
        """Where it is in there."""
        shutil.copy(file, self.root / "root")
        return f"/root/{Path(file).name}"

    def write(self, path, text):
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def boot(self):
        """Ready when it returns."""
        units = self.root / "etc/systemd/system"
        for unit in NOT_HERE:
            (units / unit).unlink(missing_ok=True)
            (units / unit).symlink_to("/dev/null")
        self.write("/etc/systemd/system/booted.service", READY)
        wants = units / "booted.target.wants"
        wants.mkdir()
        (wants / "booted.service").symlink_to("/etc/systemd/system/booted.service")
        self.write("/etc/systemd/system/booted.target", "[Unit]\nRequires=multi-user.target\nAllowIsolate=yes\n")
        os.mkfifo(self.root / "booted")
        self.group = control_group(self.folder.name)
        ready = os.open(self.root / "booted", os.O_RDONLY | os.O_NONBLOCK)
        log = self.folder / "log"
        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                ["nsenter", f"--target={self.holder.pid}", "--mount", "unshare", *NAMESPACES, "--fork", "--kill-child",
                 "bash", BOOT_SH, self.inside, "booted.target"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                preexec_fn=lambda: (self.group / "cgroup.procs").write_text("0"))  # before it is its namespace's
        ended = os.pidfd_open(self.process.pid)
        seen, _, _ = select.select([ready, ended], [], [], SAFETY_NET)
        os.close(ready)
        os.close(ended)
        if ready not in seen:
            why = log.read_text(errors="replace")
            self.end()
            raise CannotRun(f"systemd does not start here: {why}")

    @property
    def first(self):
        """Its first process."""
        return Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[0]

    def end(self):
        if self.process:
            self.process.kill()  # and with it the first process, and all that are there
            self.process.wait()
            self.process = None
        if self.group:
            kill = self.group / "cgroup.kill"
            if kill.exists():
                kill.write_text("1")
            for folder, _, _ in os.walk(self.group, topdown=False):
                await_empty(Path(folder))
                os.rmdir(folder)
            self.group = None

    def remove(self):
        self.end()
        self.holder.communicate()
        shutil.rmtree(self.folder)


def control_group(name):
    """A new one, of version 2, wherever that is mounted."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    places = [mount[1] for mount in mounts if mount[2] == "cgroup2"]
    if not places:
        raise CannotRun("there are no control groups of version 2")
    group = Path(places[0]) / name
    try:
        group.mkdir()
    except OSError as error:
        raise CannotRun(f"no control group can be made: {error}") from None
    return group


def await_empty(group):
    """Until the last process in it has gone; the kernel tells of changes of this file by an exception."""
    with open(group / "cgroup.events") as events:
        while "populated 1" in (events.seek(0), events.read())[1]:
            poll = select.poll()
            poll.register(events, select.POLLPRI)
            assert poll.poll(SAFETY_NET * 1000), f"{group} does not get empty"


