"""Compose files and Quadlet units, read as far as the proxy's own part goes: what would be `docker run`'s flags."""

from dataclasses import dataclass, field

import yaml

IMAGE = "docker-socket-proxy"


@dataclass
class Deployment:
    variables: dict = field(default_factory=dict)
    flags: list = field(default_factory=list)
    mounts: list = field(default_factory=list)  # "source:target[:options]"
    network: str = ""
    others: dict = field(default_factory=dict)  # the other services
    whole: dict = field(default_factory=dict)


def read_compose(path):
    whole = yaml.safe_load(path.read_text())
    services = dict(whole["services"])
    [name] = [name for name, service in services.items() if IMAGE in service["image"]]
    service = services.pop(name)
    known = {"image", "restart", "environment", "volumes", "networks", "network_mode", "read_only", "cap_drop", "cap_add",
             "security_opt", "privileged", "container_name", "ports", "user", "group_add"}
    assert set(service) <= known, f"not understood here: {set(service) - known}"
    environment = service.get("environment", {})
    if isinstance(environment, list):
        environment = dict(entry.split("=", 1) for entry in environment)
    flags = ["--read-only"] if service.get("read_only") else []
    flags += ["--privileged"] if service.get("privileged") else []
    flags += ["--user", str(service["user"])] if "user" in service else []
    for key, flag in {"cap_drop": "--cap-drop", "cap_add": "--cap-add", "security_opt": "--security-opt",
                      "group_add": "--group-add"}.items():
        for value in service.get(key, []):
            flags += [flag, str(value)]
    return Deployment({name: str(value) for name, value in environment.items()}, flags, service.get("volumes", []),
                      service.get("network_mode", ""), services, whole)


def read_quadlet(path):
    """systemd's syntax allows a key many times, which configparser does not."""
    read, section = Deployment(), ""
    flag = {"DropCapability": "--cap-drop", "AddCapability": "--cap-add"}
    switch = {"ReadOnly": ["--read-only"], "NoNewPrivileges": ["--security-opt", "no-new-privileges"],
              "SecurityLabelDisable": ["--security-opt", "label=disable"]}
    for line in path.read_text().splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        key, value = line.split("=", 1)
        read.whole.setdefault(section, {}).setdefault(key, []).append(value)
        if section != "Container":
            continue
        if key == "Environment":
            read.variables.update([value.split("=", 1)])
        elif key == "Volume":
            read.mounts.append(value)
        elif key in flag:
            for word in value.split():
                read.flags += [flag[key], word.removeprefix("CAP_").upper()]
        elif key in switch:
            assert value == "true"
            read.flags += switch[key]
        else:
            assert key in {"Image", "ContainerName", "PublishPort"}, f"not understood here: {key}"
    return read
