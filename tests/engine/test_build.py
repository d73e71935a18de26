"""Builds: the classic builder, and BuildKit with its tunnels /session and /grpc."""

import os

import pytest

BUILDERS = {"classic": "0", "buildkit": "1"}


@pytest.fixture
def folder(tmp_path, busybox):
    (tmp_path / "Dockerfile").write_text(f"""FROM {busybox}
COPY big small /from/
RUN wc -c </from/big && echo built-by-run >/built && cat /built
CMD ["cat", "/built"]
""")
    (tmp_path / "big").write_bytes(os.urandom(8 << 20))
    (tmp_path / "small").write_text("small\n")
    (tmp_path / "left-out").write_text("")
    (tmp_path / ".dockerignore").write_text("left-out\n")
    return tmp_path


@pytest.fixture
def tag(name, at_engine):
    yield f"built-for-{name}"
    at_engine.run("rmi", "--force", f"built-for-{name}")


def build(docker, builder, *arguments):
    """No cache: the steps must run, not be remembered."""
    plain = ["--progress", "plain"] if builder == "buildkit" else []
    return docker.run("build", "--no-cache", "--network", "none", *plain, *arguments,
                      DOCKER_BUILDKIT=BUILDERS[builder])


@pytest.mark.parametrize("builder", BUILDERS)
def test_build(docker_either_way, folder, tag, builder):
    done = build(docker_either_way, builder, "--tag", tag, folder)
    assert done.status == 0, done
    said = done.text + done.err
    assert str(8 << 20) in said and "built-by-run" in said
    assert docker_either_way("run", "--rm", "--network", "none", tag) == "built-by-run"


@pytest.mark.parametrize("builder", BUILDERS)
def test_build_that_fails_says_why(docker, folder, builder):
    (folder / "Dockerfile").write_text("FROM busybox\nRUN echo the reason >&2; exit 9\n")
    done = build(docker, builder, folder)
    said = done.text + done.err
    assert done.status != 0 and "the reason" in said and "9" in said


@pytest.mark.parametrize("builder", BUILDERS)
def test_build_from_the_dockerfile_s_base(docker, debian, tmp_path, tag, builder):
    (tmp_path / "Dockerfile").write_text(f"FROM {debian}\nRUN cat /etc/debian_version >/version\n")
    done = build(docker, builder, "--tag", tag, tmp_path)
    assert done.status == 0, done
    assert docker("run", "--rm", "--network", "none", tag, "cat", "/version").startswith("1")


def test_buildkit_asks_the_client_for_a_secret(docker, folder, tag):
    """The daemon calls back through /session."""
    (folder / "secret").write_text("it-is-secret\n")
    (folder / "Dockerfile").write_text("FROM busybox\nRUN --mount=type=secret,id=s tr a-z A-Z </run/secrets/s\n")
    done = build(docker, "buildkit", "--secret", f"id=s,src={folder}/secret", folder)
    assert done.status == 0 and "IT-IS-SECRET" in done.text + done.err, done


def test_buildkit_sends_files_back(docker, folder, tmp_path):
    """The result, 32 MiB, comes through /session (and /grpc with buildx)."""
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY big /big\n")
    (folder / "big").write_bytes(os.urandom(32 << 20))
    done = build(docker, "buildkit", "--output", tmp_path / "out", folder)
    assert done.status == 0, done
    assert (tmp_path / "out/big").read_bytes() == (folder / "big").read_bytes()


def test_builder_prune(docker):
    assert "Total" in docker("builder", "prune", "--force")


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])  # and an empty SETTINGS frame
SETTINGS = 4


@pytest.mark.parametrize("target", ["/grpc", "/session"])
def test_tunnels_speak_http_2(open_proxy, target):
    """As buildx opens them. /grpc: the daemon is the server; /session: it is the client."""
    connection = open_proxy.connection()
    connection.connect()
    with connection.sock as peer, peer.makefile("rb") as answer:
        peer.sendall(b"POST %s HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
                     b"X-Docker-Expose-Session-Uuid: tunnel-test\r\nContent-Length: 0\r\n\r\n" % target.encode())
        assert answer.readline().split()[1] == b"101"
        while answer.readline().strip():
            pass
        if target == "/grpc":
            peer.sendall(PREFACE)
            frame = answer.read(9)
        else:
            assert answer.read(24) == PREFACE[:24]
            frame = answer.read(9)
        assert frame[3] == SETTINGS


