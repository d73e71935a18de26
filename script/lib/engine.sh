#!/bin/bash
# Docker engines for tests, beside whatever runs on the machine already.
#
#   engine.sh run DIR [ROOT]      become dockerd, listening on DIR/docker.sock; with ROOT, that of the Debian in ROOT
#   engine.sh run-podman DIR ROOT become what holds ROOT's Podman, listening on DIR/docker.sock
#   engine.sh sid ROOT            make ROOT: Debian sid with its engine, command line, buildx and Compose
#   engine.sh podman ROOT         make ROOT: Debian sid with Podman and Docker's command line
#   engine.sh debian ROOT         make ROOT: this machine's Debian release, minimal
#   engine.sh service ROOT        make ROOT: that with systemd, and what this tree's Debian packages depend on
#
# `run` replaces this process, so the engine has its process id; it ends on SIGTERM, or when its parent ends.
# It has a network and mounts of its own: nothing it creates there outlives it, swarm ports are free, a
# container with "--network host" sees only loopback. /run and /etc/docker are empty for it: it would otherwise
# join a containerd that is running already, and read that engine's daemon.json.
# `run-podman` has processes of its own, too, for Podman leaves its containers running when it ends: all of them
# end by SIGKILL to this process, or when its parent ends.
set -euo pipefail

# Debian's mirror as this machine's apt knows it.
# shellcheck disable=SC2016 # apt-get expands them
mirror() {
  local release=$1
  apt-get indextargets --format '$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI)' |
    awk -v release="$release" '$1 == "Packages" && $2 == release && $3 == "main" { print $4; exit }'
}

# Makes the folder and runs the rest in it; not again when it is complete.
make() {
  local suite=$1 root=$2 mirror
  [ -e "$root.complete" ] && return
  mirror=$(mirror "$(release)")
  [ -n "$mirror" ] || { echo "engine.sh: apt knows no mirror of this Debian release" >&2; exit 1; }
  rm -rf "$root"
  mkdir -p "$root"
  debootstrap --variant=minbase "$suite" "$root" "$mirror"
  shift 2
  [ $# = 0 ] || "$@"
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
  touch "$root.complete"
}

release() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

debian() { make "$(release)" "$1"; }

sid() { make sid "$1" add "$1" docker.io docker-cli docker-buildx docker-compose iptables procps ca-certificates; }

podman() { make sid "$1" installPodman "$1"; }

installPodman() {
  # runc, because crun refuses a machine that has both versions of control groups, and version 1 in use.
  add "$1" podman runc catatonit docker-cli ca-certificates
  # A builder raises limits to a million unless it is told otherwise; a container of CI may not. And nobody waits
  # ten seconds for a shell to heed SIGTERM.
  printf '%s\n' '[containers]' 'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]' \
    '[engine]' 'stop_timeout = 0' >"$1/etc/containers/containers.conf"
}

service() {
  make "$(release)" "$1" add "$1" adduser systemd libpocofoundation80 libpocojson80 libpoconet80 libpocoxml80
}

# add ROOT PACKAGE …
add() {
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d" # start no service
  chmod +x "$1/usr/sbin/policy-rc.d"
  DEBIAN_FRONTEND=noninteractive chroot "$1" apt-get install -qq --no-install-recommends "${@:2}"
}

# enter SERVICE DIR ROOT, in namespaces of its own. A chroot would not do for ROOT: containerd looks the mount table
# up, and importing an image remounts "/".
enter() {
  local dir=$2 root=$3
  mount -t tmpfs tmpfs /run
  if [ -d /etc/docker ]; then mount -t tmpfs tmpfs /etc/docker; fi
  ip link set lo up
  if [ -n "$root" ]; then
    mount --rbind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --rbind /sys "$root/sys"
    mount -t tmpfs tmpfs "$root/tmp"
    mount -t tmpfs tmpfs "$root/run"
    mkdir -p "$root/run/outside" "$root$dir"
    mount --bind "$dir" "$root$dir"
    cd "$root"
    pivot_root . run/outside
    cd /
    umount -l /run/outside
  fi
  "$1" "$dir"
}

serveDocker() {
  exec setpriv --pdeathsig TERM dockerd --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" \
    -H "unix://$1/docker.sock" --iptables=false --ip6tables=false --bridge=none \
    --cgroup-parent "$(basename "$1")"
}

# Below an init of its own: it awaits what containers leave behind.
servePodman() {
  exec catatonit -- podman --log-level info --root "$1/data" --runroot "$1/exec" --storage-driver vfs \
    --cgroup-manager cgroupfs system service --time 0 "unix://$1/docker.sock"
}

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
separate=(unshare --net --mount --propagation private)

run() { exec "${separate[@]}" bash "${BASH_SOURCE[0]}" enter serveDocker "$1" "${2:-}"; }

run-podman() {
  exec setpriv --pdeathsig KILL "${separate[@]}" --pid --fork --kill-child \
    bash "${BASH_SOURCE[0]}" enter servePodman "$1" "$2"
}

case ${1:-} in
  run | run-podman | enter | sid | podman | debian | service) "$@" ;;
  -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" ;;
  *) echo "engine.sh: unknown command '${1:-}'; see ${BASH_SOURCE[0]} --help" >&2; exit 64 ;;
esac
