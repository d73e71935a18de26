"""HEALTHCHECK, as the engine runs it."""

QUICK = ["--health-interval", "1s", "--health-retries", "1"]


def await_health(at_engine, proxy, wanted):
    """The engine tells each change; --since, for those that came before this asked."""
    with at_engine.stream("events", "--since", "1h", "--filter", f"container={proxy.name}", "--filter",
                          "event=health_status", "--format", "{{.Status}}") as events:
        while line := events.line():
            if line == f"health_status: {wanted}":
                return
    raise AssertionError(f"the engine told no {wanted}")


def test_turns_healthy(container, at_engine):
    await_health(at_engine, container(flags=QUICK), "healthy")


def test_turns_healthy_where_ping_is_revoked(container, at_engine):
    await_health(at_engine, container({"PING": "0"}, QUICK), "healthy")


def test_turns_healthy_hardened(container, at_engine):
    flags = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    await_health(at_engine, container(flags=QUICK + flags), "healthy")


def test_turns_unhealthy_with_its_daemon(container, at_engine, stand_in, tmp_path):
    daemon = stand_in(tmp_path / "s", mode=0o666)
    proxy = container({"SOCKET_PATH": "/host/s"}, QUICK + ["--volume", f"{tmp_path}:/host"], socket=None)
    await_health(at_engine, proxy, "healthy")
    daemon.end()
    await_health(at_engine, proxy, "unhealthy")
