"""What a script of docker-py does: looks, runs containers, executes in one, reads its log, removes it."""

import docker

client = docker.from_env(version="auto")
print(client.version()["Version"])
print(client.containers.list(all=True))
print("busybox:latest" in [tag for image in client.images.list() for tag in image.tags])
print(client.containers.run("busybox:latest", "echo hello", remove=True, network_mode="none"))
container = client.containers.run("busybox:latest", "sh -c 'echo ready; exec sleep 100000'", detach=True, network_mode="none")
print(container.exec_run(["echo", "executed"]).output)
while container.logs() != b"ready\n":
    pass
print(client.containers.get(container.id).attrs["State"]["Running"])
container.remove(force=True)
