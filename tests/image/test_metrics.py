"""METRICS_BIND, as Debian's prometheus sees it, and examples/prometheus."""

import json
import shutil
import socket
import subprocess
import time
import urllib.parse
from http.client import HTTPConnection

import pytest
from private_engine import REPOSITORY, SAFETY_NET
from proxy_process import free_port
from under_test import PROXY

EXAMPLE = REPOSITORY / "examples/prometheus"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


def get(port, target, accept="*/*"):
    """(content type, body)"""
    connection = HTTPConnection("127.0.0.1", port, timeout=SAFETY_NET)
    try:
        connection.request("GET", target, headers={"Accept": accept})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return answer.getheader("Content-Type"), answer.read().decode()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def counted(session_proxies):
    """A proxy that is asked for something it grants, something it does not, and something that is no request."""
    port = free_port()
    proxy = session_proxies(METRICS_BIND=f"127.0.0.1:{port}", CONTAINERS="1")
    proxy.metrics = port
    assert proxy.request("GET", "/containers/json?all=1")[0] == 200
    assert proxy.denies("GET", "/secrets")
    assert proxy.request("GET", "/containers/a%00b/json")[0] == 400
    return proxy


def promtool(*words, text=None):
    return subprocess.run([shutil.which("promtool") or pytest.skip("no promtool: it comes with prometheus"), *words], input=text,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_promtool_has_no_complaints(counted):
    kind, text = get(counted.metrics, "/metrics")
    assert kind.startswith("text/plain; version=0.0.4")
    assert 'requests_total{door="",operation="ContainerList",verdict="allow"} ' in text
    assert 'denials_total{door="",rule="tecnativa.section"} ' in text
    checked = promtool("check", "metrics", text=text)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_open_metrics_holds_the_same_samples(counted):
    kind, told = get(counted.metrics, "/metrics", OPEN_METRICS)
    assert kind == OPEN_METRICS + "; charset=utf-8"
    assert told.endswith("# EOF\n")

    def samples(text):
        return [line for line in text.splitlines() if not line.startswith("#")]
    assert samples(told) == samples(get(counted.metrics, "/metrics")[1])


@pytest.mark.parametrize("words", [["check", "config", "prometheus.yml"], ["check", "rules", "alerts.yml"]], ids=["config", "rules"])
def test_the_example_is_valid(words):
    checked = promtool(*words[:2], str(EXAMPLE / words[2]))
    assert checked.returncode == 0, checked.stdout


def test_prometheus_scrapes_it_and_the_example_alerts(counted, tmp_path):
    if not shutil.which("prometheus"):
        pytest.skip("no prometheus")
    port = free_port()
    text = (EXAMPLE / "prometheus.yml").read_text()
    assert "15s" in text and "127.0.0.1:9100" in text
    (tmp_path / "prometheus.yml").write_text(text.replace("15s", "200ms").replace("127.0.0.1:9100", f"127.0.0.1:{counted.metrics}"))
    shutil.copy(EXAMPLE / "alerts.yml", tmp_path)
    command = ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
               f"--web.listen-address=127.0.0.1:{port}"]
    with open(tmp_path / "log", "wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as prometheus:
        try:
            def found(query):
                """The samples' labels, once there are any. Prometheus tells of no news, so it is asked again."""
                for _ in range(300):
                    assert prometheus.poll() is None, (tmp_path / "log").read_text()[-2000:]
                    try:
                        result = json.loads(get(port, "/api/v1/query?query=" + urllib.parse.quote(query))[1])["data"]["result"]
                    except (OSError, AssertionError):
                        result = []  # it is still starting
                    if result:
                        return [each["metric"] for each in result]
                    time.sleep(0.1)
                raise AssertionError(f"no {query}:\n" + (tmp_path / "log").read_text()[-2000:])

            found('up{job="docker-socket-proxy"} == 1')
            found('docker_socket_proxy_requests_total{operation="ContainerList",verdict="allow"} >= 1')
            assert counted.denies("GET", "/secrets")
            [alert] = found('ALERTS{alertname="DockerSocketProxyDenies"}')
            assert (alert["alertstate"], alert["severity"]) == ("firing", "warning")
        finally:
            prometheus.terminate()
            prometheus.wait(SAFETY_NET)


def test_an_address_in_use_ends_the_start_with_a_sentence():
    if not PROXY.exists():
        pytest.skip(f"{PROXY} is not built")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run([PROXY], env={"METRICS_BIND": place, "BIND_CONFIG": f"127.0.0.1:{free_port()}"}, capture_output=True,
                              text=True, timeout=SAFETY_NET)
    assert done.returncode != 0
    assert place in done.stdout and "in use" in done.stdout
