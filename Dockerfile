# docker build -t docker-socket-proxy:local .
# docker build -t socket-proxy-conformance --target conformance .
#
# The same file builds for every architecture that Debian has POCO for; on another one's machine with --platform and
# QEMU, which takes some minutes.

# ---- Built where it is developed: Debian 12 -------------------------------------------------------
FROM debian:bookworm-slim AS tools
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends cmake g++ libpoco-dev libseccomp-dev ninja-build \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY proxy proxy

FROM tools AS build
# --parents keeps the libraries where ldd found them, which is where the loader looks for them, on every architecture.
RUN cmake --preset release \
 && cmake --build build/release \
 && cmake --install build/release --prefix /install --strip \
 && mkdir /image \
 && cp /install/bin/docker-socket-proxy /image/ \
 && cp --parents --dereference $(ldd /image/docker-socket-proxy | grep -o '/[^ ]*') /image

# ---- Shipped: the program, and the libraries it is linked to --------------------------------------
FROM scratch AS proxy
COPY --from=build /image/ /

# Every variable with its default; 1 grants, 0 revokes. What they mean: README.md.
# Granted, for almost every client needs them:
ENV EVENTS=1 \
    PING=1 \
    VERSION=1
# Revoked, for they are security-critical; POST stands for every method but GET and HEAD:
ENV AUTH=0 \
    POST=0 \
    SECRETS=0
# Revoked, for not every client needs them:
ENV ALLOW_RESTARTS=0 \
    ALLOW_START=0 \
    ALLOW_STOP=0 \
    BUILD=0 \
    COMMIT=0 \
    CONFIGS=0 \
    CONTAINERS=0 \
    DISTRIBUTION=0 \
    EXEC=0 \
    GRPC=0 \
    IMAGES=0 \
    INFO=0 \
    NETWORKS=0 \
    NODES=0 \
    PLUGINS=0 \
    SERVICES=0 \
    SESSION=0 \
    SWARM=0 \
    SYSTEM=0 \
    TASKS=0 \
    VOLUMES=0
# Access by operations' names, and how it is told; whose variables these are.
ENV ALLOW_OPERATIONS="" \
    DENY_OPERATIONS="" \
    DIALECT=tecnativa \
    LEARN=0 \
    MASK_ENV=0
# What of the host those may reach who may create containers: all of it, where GUARD=0.
ENV GUARD=0 \
    GUARD_BINDS="" \
    GUARD_BODY_LIMIT=4m \
    GUARD_BUILD=0 \
    GUARD_CAPS="" \
    GUARD_CP=0 \
    GUARD_DEVICES="" \
    GUARD_EXEC=0 \
    GUARD_HOST="" \
    GUARD_NETWORKS=""
# The proxy itself. MAX_CONNECTIONS: as many as the limit of open files bears.
ENV BIND_CONFIG="[::]:2375 v4v6" \
    CONFINE=1 \
    DISABLE_IPV6=0 \
    LOG_FORMAT=text \
    LOG_LEVEL=info \
    MAX_CONNECTIONS="" \
    METRICS_BIND="" \
    SHUTDOWN_GRACE=5 \
    SOCKET_PATH=/var/run/docker.sock

# Not VERSION: that is a grant above, and a build takes the environment before its arguments.
ARG RELEASE=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="docker-socket-proxy" \
      org.opencontainers.image.description="Lets through to the Docker Engine API what its environment variables grant" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${RELEASE}" \
      org.opencontainers.image.revision="${REVISION}"

# Started as root it becomes an ordinary user in the socket's group by itself: which group that is, only the host knows.
EXPOSE 2375
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=5s --retries=3 CMD ["/docker-socket-proxy", "--healthcheck"]
ENTRYPOINT ["/docker-socket-proxy"]

# ---- The conformance suite, for maintainers of socket proxies: conformance/README.md ----------------
FROM tools AS suite
COPY conformance conformance
RUN cmake --preset suite \
 && cmake --build build/suite --target socket-proxy-conformance \
 && cmake --install build/suite --component conformance --prefix /install --strip

FROM debian:bookworm-slim AS conformance
# Of the engine's package no more than its command line, which starts the containers that are judged.
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends haproxy libpocojson80 libpocoxml80 \
 && cd /tmp \
 && apt-get download -qq docker.io \
 && dpkg-deb --fsys-tarfile docker.io_*.deb | tar -xC / ./usr/bin/docker \
 && rm -rf docker.io_*.deb /var/cache/apt/* /var/lib/apt/lists/*
COPY --from=suite /install/ /usr/local/
# Where the sockets are: the engine sees the folder by the same name, once it is mounted.
ENV TMPDIR=/tmp/conformance
RUN mkdir "$TMPDIR"
WORKDIR /work
ARG RELEASE=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="socket-proxy-conformance" \
      org.opencontainers.image.description="Judges socket proxies for the Docker Engine API" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${RELEASE}" \
      org.opencontainers.image.revision="${REVISION}"
ENTRYPOINT ["socket-proxy-conformance"]

# ---- What is built where no target is named. Docker before 23 builds all that stands above, unless told --target proxy --------
FROM proxy
