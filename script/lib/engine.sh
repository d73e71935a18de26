#!/bin/bash
# Docker engines for tests, beside whatever runs on the machine already.
#
#   engine.sh run DIR [ROOT]   become dockerd, listening on DIR/docker.sock; with ROOT, that of the Debian in ROOT
#   engine.sh sid ROOT         make ROOT: Debian sid with its engine, command line, buildx and Compose
#   engine.sh debian ROOT      make ROOT: this machine's Debian release, minimal
#
# `run` replaces this process, so the engine has its process id; it ends on SIGTERM, or when its parent ends.
# It has a network and mounts of its own: nothing it creates there outlives it, swarm ports are free, a
# container with "--network host" sees only loopback. /run and /etc/docker are empty for it: it would otherwise
# join a containerd that is running already, and read that engine's daemon.json.
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

sid() { make sid "$1" installEngine "$1"; }

installEngine() {
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d" # start no service
  chmod +x "$1/usr/sbin/policy-rc.d"
  DEBIAN_FRONTEND=noninteractive chroot "$1" apt-get install -qq --no-install-recommends \
    docker.io docker-cli docker-buildx docker-compose iptables procps ca-certificates
}

# In namespaces of its own. A chroot would not do for ROOT: containerd looks the mount table up, and importing
# an image remounts "/".
enter() {
  local dir=$1 root=$2
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
  exec setpriv --pdeathsig TERM dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" \
    -H "unix://$dir/docker.sock" --iptables=false --ip6tables=false --bridge=none \
    --cgroup-parent "$(basename "$dir")"
}

run() {
  local dir=$1 root=${2:-}
  export PATH=/usr/sbin:/usr/bin:/sbin:/bin
  exec unshare --net --mount --propagation private bash "${BASH_SOURCE[0]}" enter "$dir" "$root"
}

case ${1:-} in
  run | enter | sid | debian) "$@" ;;
  -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" ;;
  *) echo "engine.sh: unknown command '${1:-}'; see ${BASH_SOURCE[0]} --help" >&2; exit 64 ;;
esac
