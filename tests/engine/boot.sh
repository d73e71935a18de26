#!/bin/bash
# boot.sh ROOT TARGET: systemd as the first process of the Debian in ROOT, in namespaces of its own, up to TARGET. Whoever
# starts it puts it into a control group of version 2 before, with: unshare --mount --pid --uts --ipc --net --cgroup --fork
set -euo pipefail
root=$1 target=$2

mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
# Where the outside has folders for version 1, too, there is none to be mounted on but this.
mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts" "$root/run/outside"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ip link set lo up

cd "$root"
pivot_root . run/outside
cd /
umount -l /run/outside
export container=docker-socket-proxy-tests
exec /lib/systemd/systemd --log-target=journal --show-status=false --unit="$target"
