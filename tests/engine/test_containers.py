"""Containers by the command line, everything granted: the proxy must not be noticed."""

import filecmp
import io
import json
import os
import tarfile
import time

MIB = 1 << 20


def test_version(docker, engine):
    assert docker("version", "--format", "{{.Server.Version}}") == engine.version


def test_info(docker, engine):
    assert docker("info", "--format", "{{.ServerVersion}}") == engine.version


# ---- run ----------------------------------------------------------------------------------------------


def test_run_prints_output_and_errors_apart(docker, busybox):
    done = docker.run("run", "--rm", "--network", "none", busybox, "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.status, done.text, done.err) == (7, "out\n", "err\n")


def test_run_pipes_stdin_and_ends_with_it(docker_either_way, busybox):
    assert docker_either_way("run", "--rm", "--interactive", "--network", "none", busybox, "cat",
                             input=b"hello\n") == "hello"


def test_run_says_more_after_stdin_ended(docker_either_way, busybox):
    """The client's half-close must not end the other direction."""
    script = "cat >/dev/null; echo stdin ended; dd if=/dev/zero bs=1M count=1 2>/dev/null"
    out = docker_either_way.bytes("run", "--rm", "--interactive", "--network", "none", busybox, "sh", "-c", script,
                                  input=b"x")
    assert out == b"stdin ended\n" + bytes(MIB)


def test_run_takes_a_mebibyte_through_stdin(docker_either_way, busybox):
    data = os.urandom(MIB)
    assert docker_either_way.bytes("run", "--rm", "--interactive", "--network", "none", busybox, "cat",
                                   input=data) == data


def test_run_with_a_terminal(docker_either_way, busybox):
    with docker_either_way.terminal("run", "--rm", "-it", "--network", "none", busybox, "sh") as shell:
        shell.send("until [ \"$(stty size)\" = '30 100' ]; do :; done; echo answer=$((6*7))\n")
        shell.read_until("answer=42")
        shell.send("exit 3\n")
        assert shell.finish() == 3


def test_run_detached(docker, name, busybox):
    container = docker("run", "--detach", "--name", name, "--network", "host", busybox, "sleep", "100000")
    assert docker("ps", "--no-trunc", "--quiet", "--filter", f"name={name}") == container


# ---- exec ---------------------------------------------------------------------------------------------


def test_exec(docker_either_way, idle):
    assert docker_either_way("exec", idle, "echo", "hello") == "hello"


def test_exec_pipes_stdin_and_ends_with_it(docker_either_way, idle):
    data = os.urandom(MIB)
    assert docker_either_way.bytes("exec", "--interactive", idle, "cat", input=data) == data


def test_exec_with_a_terminal(docker_either_way, idle):
    with docker_either_way.terminal("exec", "-it", idle, "sh") as shell:
        shell.send("tty; until [ \"$(stty size)\" = '30 100' ]; do :; done; echo answer=$((6*7))\n")
        assert "/dev/pts/" in shell.read_until("answer=42")
        shell.send("exit 4\n")
        assert shell.finish() == 4


def test_exec_with_a_terminal_at_one_end(docker_either_way, idle):
    assert docker_either_way.bytes("exec", "--tty", idle, "echo", "hello") == b"hello\r\n"


def test_exec_gives_exit_status_and_errors_apart(docker_either_way, idle):
    done = docker_either_way.run("exec", idle, "sh", "-c", "echo out; echo err >&2; exit 42")
    assert (done.status, done.text, done.err) == (42, "out\n", "err\n")


def test_exec_detached(docker, idle):
    docker("exec", idle, "mkfifo", "/done")
    docker("exec", "--detach", idle, "sh", "-c", "echo yes >/done")
    assert docker("exec", idle, "cat", "/done") == "yes"


def test_exec_carries_64_mebibyte_out(docker_either_way, idle):
    out = docker_either_way.bytes("exec", idle, "dd", "if=/dev/zero", "bs=1M", "count=64")
    assert len(out) == 64 * MIB and not out.strip(b"\0")


# ---- logs, attach -------------------------------------------------------------------------------------


def test_logs(docker, name, busybox):
    docker.run("run", "--name", name, "--network", "none", busybox, "sh", "-c", "echo out; echo err >&2")
    done = docker.run("logs", name)
    assert (done.status, done.text, done.err) == (0, "out\n", "err\n")
    assert docker("logs", "--tail", "0", name) == ""


def test_logs_follow(docker_either_way, echoing, say):
    with docker_either_way.stream("logs", "--follow", echoing) as log:
        assert log.line() == "ready"
        for word in ("one", "two"):
            say(word)
            assert log.line() == word
        docker_either_way("kill", echoing)
        assert log.finish().status == 0


def test_attach_carries_both_directions(docker_either_way, name, busybox):
    docker_either_way("create", "--interactive", "--name", name, "--network", "none", busybox, "cat")
    with docker_either_way.stream("start", "--attach", "--interactive", name) as attached:
        for word in ("one", "two"):
            attached.send(word + "\n")
            assert attached.line() == word
        assert attached.finish().status == 0


def test_attach_to_a_running_container_and_leave(docker_either_way, name, busybox):
    docker_either_way("run", "--detach", "--interactive", "--name", name, "--network", "none", busybox, "cat")
    for word in ("one", "two"):
        with docker_either_way.stream("attach", "--sig-proxy=false", name) as attached:
            attached.send(word + "\n")
            assert attached.line() == word
    assert docker_either_way("inspect", "--format", "{{.State.Running}}", name) == "true"


def test_attach_ends_with_the_container(docker_either_way, name, busybox):
    docker_either_way("run", "--detach", "--name", name, "--network", "none", busybox, "sh", "-c",
                      "while :; do echo tick; sleep 0.1; done")
    with docker_either_way.stream("attach", "--no-stdin", name) as attached:
        assert [attached.line(), attached.line()] == ["tick", "tick"]
        docker_either_way("kill", name)
        assert attached.finish().status == 137


# ---- looking ------------------------------------------------------------------------------------------


def test_top(docker, idle):
    assert "sleep 100000" in docker("top", idle)


def test_stats_once(docker, idle):
    assert docker("stats", "--no-stream", "--format", "{{.Name}}", idle) == idle


def test_stats_live(docker, idle):
    with docker.stream("stats", "--format", "{{.Name}} has {{.PIDs}}", idle) as stats:
        while f"{idle} has 1" not in (line := stats.line()):
            assert line, "ended before the first numbers"


def test_inspect(docker, idle):
    [facts] = json.loads(docker("inspect", idle))
    assert facts["Name"] == f"/{idle}" and facts["State"]["Running"]


def test_ps(docker, idle):
    assert idle in docker("ps", "--format", "{{.Names}}").split()


def test_port(docker, idle):
    assert docker("port", idle) == ""


def test_diff(docker, idle):
    docker("exec", idle, "touch", "/new")
    assert "A /new" in docker("diff", idle).splitlines()


def test_error_of_the_daemon_arrives(docker):
    done = docker.run("inspect", "--type", "container", "no-such")
    assert done.status == 1 and "No such container: no-such" in done.err


# ---- files --------------------------------------------------------------------------------------------


def test_cp_both_ways_32_mebibyte(docker, idle, tmp_path):
    sent, back = tmp_path / "sent", tmp_path / "back"
    sent.write_bytes(os.urandom(32 * MIB))
    docker("cp", sent, f"{idle}:/tmp/file")
    docker("cp", f"{idle}:/tmp/file", back)
    assert filecmp.cmp(sent, back, shallow=False)


def test_cp_tar_by_stdin_and_stdout(docker, idle):
    sent = io.BytesIO()
    with tarfile.open(fileobj=sent, mode="w") as tar:
        entry = tarfile.TarInfo("greeting")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"hello"))
    docker("cp", "-", f"{idle}:/tmp", input=sent.getvalue())
    back = docker.bytes("cp", f"{idle}:/tmp/greeting", "-")
    with tarfile.open(fileobj=io.BytesIO(back)) as tar:
        assert tar.extractfile("greeting").read() == b"hello"


def test_export(docker, idle):
    with tarfile.open(fileobj=io.BytesIO(docker.bytes("export", idle))) as tar:
        assert "bin/busybox" in tar.getnames()


# ---- life ---------------------------------------------------------------------------------------------


def state(docker, container):
    return docker("inspect", "--format", "{{.State.Status}}", container)


def test_pause_and_unpause(docker, idle):
    docker("pause", idle)
    assert state(docker, idle) == "paused"
    docker("unpause", idle)
    assert state(docker, idle) == "running"


def test_rename(docker, idle, at_engine):
    container = docker("inspect", "--format", "{{.Id}}", idle)
    docker("rename", idle, f"{idle}-renamed")
    try:
        assert docker("inspect", "--format", "{{.Id}}", f"{idle}-renamed") == container
    finally:
        at_engine("rm", "--force", container)


def test_update(docker, idle):
    docker("update", "--restart", "on-failure", idle)
    assert docker("inspect", "--format", "{{.HostConfig.RestartPolicy.Name}}", idle) == "on-failure"


def test_stop_start_restart_kill_rm(docker, echoing, at_engine):
    def started():
        return docker("inspect", "--format", "{{.State.StartedAt}}", echoing)

    docker("stop", "--time", "0", echoing)
    assert state(docker, echoing) == "exited"
    # Its fifo exists already, so from here on it does nothing but be there.
    docker("start", echoing)
    assert state(docker, echoing) == "running"
    before = started()
    docker("restart", "--time", "0", echoing)
    assert state(docker, echoing) == "running" and started() != before
    docker("kill", echoing)
    assert docker("wait", echoing) == "137"
    docker("rm", echoing)
    assert docker("ps", "--all", "--quiet", "--filter", f"name={echoing}") == ""


def test_stop_lets_the_container_end_itself(docker, name, busybox):
    script = "trap 'exit 5' TERM; echo ready; while :; do sleep 0.1; done"
    docker("run", "--detach", "--name", name, "--network", "none", busybox, "sh", "-c", script)
    with docker.stream("logs", "--follow", name) as log:
        assert log.line() == "ready"
        docker("stop", "--time", "60", name)
        assert log.finish().status == 0
    assert docker("inspect", "--format", "{{.State.ExitCode}}", name) == "5"


def test_wait(docker, idle):
    with docker.stream("wait", idle) as wait:
        docker("kill", "--signal", "KILL", idle)
        assert wait.finish().text.strip() == "137"


def test_prune(docker, name, busybox):
    docker("create", "--name", name, "--label", f"prune={name}", "--network", "none", busybox, "true")
    assert "Total reclaimed space" in docker("container", "prune", "--force", "--filter", f"label=prune={name}")
    assert docker.run("inspect", name).status == 1


# ---- events -------------------------------------------------------------------------------------------


def test_events_of_the_past(docker, idle):
    docker("pause", idle)
    docker("unpause", idle)
    events = docker("events", "--since", "1h", "--until", f"{time.time():.9f}", "--filter", f"container={idle}",
                    "--format", "{{.Action}}")
    assert events.split() == ["create", "start", "pause", "unpause"]


def test_events_live(docker_either_way, idle):
    docker = docker_either_way
    with docker.stream("events", "--since", "1h", "--filter", f"container={idle}", "--format",
                       "{{.Action}}") as events:
        assert [events.line(), events.line()] == ["create", "start"]  # the stream is open now
        for _ in range(3):
            docker("pause", idle)
            assert events.line() == "pause"
            docker("unpause", idle)
            assert events.line() == "unpause"
