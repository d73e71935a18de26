# What somebody types: looks, runs containers, executes in one, reads a log, removes them.
set -eu
docker version --format '{{.Server.Version}}'
docker ps --all --quiet
docker images --format '{{.Repository}}:{{.Tag}}' busybox
docker run --name said --network none busybox:latest echo hello
docker logs said
docker run --detach --name typed --network none busybox:latest sleep 100000 >&2
docker exec typed echo executed
docker inspect --format '{{.State.Running}}' typed
docker rm --force said typed
