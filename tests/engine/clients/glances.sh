# What glances asks while it shows containers. Its numbers are not the same twice, and where it is denied something it hangs.
set -eu
timeout 10 glances --stdout docker --stop-after 2 --time 1 |
    grep -o "'name': 'watched', .*'Status': 'running'" | sort -u | sed "s/'Id'[^,]*//"
