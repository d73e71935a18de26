"""What scripts of docker-py create: containers with most of what one asks for, networks, volumes, an execution, an image."""

import docker
from docker.types import Healthcheck, LogConfig, Mount, Ulimit

client = docker.from_env(version="auto")
volume = client.volumes.create("made", labels={"a": "b"})
network = client.networks.create("made", driver="bridge", internal=True, labels={"a": "b"}, check_duplicate=True)
container = client.containers.create(
    "busybox:latest", ["sleep", "100000"], name="made", hostname="h", environment={"A": "b"}, labels={"k": "v"}, user="1000:1000",
    working_dir="/tmp", network="made", ports={"80/tcp": ("127.0.0.1", None)}, volumes={"made": {"bind": "/data", "mode": "rw"}},
    mounts=[Mount("/more", "more"), Mount("/scratch", None, type="tmpfs")], tmpfs={"/run": "size=1m"}, mem_limit="64m", memswap_limit="128m",
    cpu_shares=512, pids_limit=100, ulimits=[Ulimit(name="nofile", soft=1024, hard=2048)], shm_size="64m", read_only=True, init=False,
    restart_policy={"Name": "on-failure", "MaximumRetryCount": 3}, healthcheck=Healthcheck(test=["CMD", "true"], interval=5000000000),
    cap_drop=["ALL"], cap_add=["NET_BIND_SERVICE"], security_opt=["no-new-privileges"], dns=["192.0.2.1"], extra_hosts={"a": "192.0.2.2"},
    log_config=LogConfig(type="json-file", config={"max-size": "1m"}), stop_signal="SIGKILL", group_add=["10"], ipc_mode="private", tty=True)
container.start()
print(container.status, sorted(container.attrs["HostConfig"]["CapDrop"]))
print(container.exec_run(["id", "-u"]).output)
other = client.networks.create("another")
other.connect(container, aliases=["web"])
other.disconnect(container)
container.update(mem_limit="32m", memswap_limit="64m")
container.rename("renamed")
print(container.commit("made", "by-docker-py").tags)
container.remove(force=True, v=True)
client.images.remove("made:by-docker-py")
other.remove()
network.remove()
for name in ("made", "more"):
    client.volumes.get(name).remove()
