# bash completion for socket-proxy-conformance: it offers what the program's own help lists.
_socket_proxy_conformance() {
    local word=${COMP_WORDS[COMP_CWORD]} offered
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        offered=$("$1" --help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')
    elif [[ $word == -* ]]; then
        offered=$("$1" "${COMP_WORDS[1]}" --help 2>/dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p')
    else
        return # files
    fi
    mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$word")
}
complete -o default -F _socket_proxy_conformance socket-proxy-conformance
