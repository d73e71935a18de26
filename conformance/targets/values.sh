# Sourced by the adapters' scripts: the variables' values, read as the rules say, and what they grant.

sections='_ping auth build commit configs containers distribution events exec grpc images info networks nodes plugins
    secrets services session swarm system tasks version volumes'

granted() { # NAME DEFAULT: exports NAME as 0 or 1, without a process for it, as a start should cost nothing
    eval "value=\${$1-$2}"
    while :; do # blanks around the value
        case $value in
        [[:blank:]]*) value=${value#?} ;;
        *[[:blank:]]) value=${value%?} ;;
        *) break ;;
        esac
    done
    case $value in
    1 | [Tt][Rr][Uu][Ee] | [Yy][Ee][Ss] | [Oo][Nn]) value=1 ;;
    0 | [Ff][Aa][Ll][Ss][Ee] | [Nn][Oo] | [Oo][Ff][Ff] | '') value=0 ;;
    *)
        echo "$1=$value neither grants nor revokes: 1 true yes on grant, 0 false no off revoke" >&2
        exit 78
        ;;
    esac
    export "$1=$value"
}

read_values() {
    for name in EVENTS PING VERSION; do granted $name 1; done
    for name in POST ALLOW_START ALLOW_STOP ALLOW_RESTARTS AUTH BUILD COMMIT CONFIGS CONTAINERS DISTRIBUTION EXEC \
        GRPC IMAGES INFO NETWORKS NODES PLUGINS SECRETS SERVICES SESSION SWARM SYSTEM TASKS VOLUMES; do
        granted $name 0
    done
}

# The paths granted, as one regular expression without anchors; it matches nothing when nothing is granted.
granted_paths() {
    read_values
    paths=
    [ "$ALLOW_RESTARTS" = 0 ] || paths="$paths|containers/[a-zA-Z0-9_.-]+/(stop|restart|kill)"
    [ "$ALLOW_START" = 0 ] || paths="$paths|containers/[a-zA-Z0-9_.-]+/start"
    [ "$ALLOW_STOP" = 0 ] || paths="$paths|containers/[a-zA-Z0-9_.-]+/stop"
    for section in $sections; do
        case $section in
        _ping) name=PING ;;
        *) name=$(printf %s "$section" | tr a-z A-Z) ;;
        esac
        eval "value=\$$name"
        [ "$value" = 0 ] || paths="$paths|$section(/.*)?"
    done
    paths="(/v[0-9.]+)?/(${paths#|})"
    case $paths in *'/()') paths='[^\x00-\x{10FFFF}]' ;; esac
}

# Becomes the proxy: $1 is a program, or "image:NAME" for one in a container on the host's network, which gets the variables that
# are named in $handed.
become() {
    case $1 in
    image:*)
        image=${1#image:}
        shift
        set -- "$image" "$@"
        for name in ${handed-}; do set -- --env "$name" "$@"; done
        exec docker run --rm ${DOCKER_CONTAINER:+--name "$DOCKER_CONTAINER"} --network host --group-add "$(id -g)" --mount "type=bind,source=${SOCKET_PATH%/*},target=${SOCKET_PATH%/*}" "$@"
        ;;
    *) exec "$@" ;;
    esac
}

# The same for one that reads its settings from the environment.
become_with_environment() {
    handed=$(env | sed -n 's/^\([A-Z_]*\)=.*/\1/p' | grep -Evx 'PATH|HOME|PWD|DOCKER_.*')
    become "$@"
}
