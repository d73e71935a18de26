// The rule that this run of mutant-proxy gets wrong, if any. mutants.tsv says in
// a sentence what each name means.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace mutants {

inline constexpr auto names = std::to_array<std::string_view>({
    // settings and policy
    "default-containers-on",
    "default-events-off",
    "default-ping-off",
    "default-version-off",
    "grant-true-revokes",
    "grant-unknown-grants",
    "post-ignored",
    "post-blocks-get",
    "post-blocks-head",
    "post-holds-back-post-only",
    "options-reads",
    "prefix-refused",
    "prefix-required",
    "prefix-twice",
    "prefix-upper-case",
    "prefix-anything",
    "section-unanchored",
    "section-any-case",
    "sections-swapped",
    "section-unknown-passes",
    "start-grants-stop",
    "start-configures",
    "stop-grants-restart",
    "restarts-without-kill",
    "restarts-without-stop",
    "restarts-grant-start",
    "allow-without-post",
    "allow-needs-containers",
    "allow-unanchored",
    "exec-governs-create",
    "containers-open-exec",
    "attach-ws-open",
    "dots-pass",
    "double-slash-passes",
    "decode-never",
    "decode-twice",
    "control-byte-passes",
    "query-matched",
    "asterisk-passes",
    // by an operation's name
    "name-unknown-taken",
    "name-any-case",
    "name-part",
    "name-star-alone",
    "name-needs-post",
    "name-opens-section",
    "name-opens-path",
    "name-opens-unclean",
    "name-opens-old-start",
    "name-holds-old-start",
    "name-unversioned-only",
    "name-one-segment",
    "name-as-sent",
    "name-allowed-first",
    "name-grants-first",
    "learn-off",
    "learn-silent",
    "learn-unasked",
    "learn-opens-strict",
    "learn-opens-old-start",
    "learn-opens-nameless",
    "learn-opens-unclean",
    // doors
    "door-inherits",
    "door-post-inherited",
    "door-leaks",
    "door-defaults-lost",
    "door-mixed-up",
    "door-without-address",
    "door-none-ignored",
    "door-same-address",
    "door-process-wide",
    "door-name-any",
    "door-unknown-taken",
    // masking
    "mask-off",
    "mask-unasked",
    "mask-names-too",
    "mask-last-equals",
    "mask-escapes-unread",
    "mask-key-as-written",
    "mask-similar-keys",
    "mask-shallow",
    "mask-first-only",
    "mask-objects-open",
    "mask-containers-only",
    "mask-everywhere",
    "mask-unversioned-only",
    "mask-chunked-open",
    "mask-until-close-open",
    "mask-encoded-passes",
    "mask-not-json-passes",
    "mask-utf8-unchecked",
    "mask-depth-unlimited",
    "mask-depth-small",
    // parser
    "length-with-coding",
    "length-twice",
    "length-signed",
    "coding-unknown",
    "fold",
    "bare-lf",
    "bare-cr",
    "space-before-colon",
    "host-twice",
    "host-missing",
    "chunk-size-overflow",
    "chunk-end-ignored",
    "head-unlimited",
    // relay
    "field-dropped",
    "field-lower-case",
    "fields-reordered",
    "field-added",
    "answer-field-dropped",
    "connection-forwarded",
    "target-reencoded",
    "query-reencoded",
    "request-body-truncated",
    "answer-body-truncated",
    "answer-held-back",
    "trailers-dropped",
    "status-rewritten",
    "switch-answered-200",
    "upgrade-stripped",
    "upgrade-body-lost",
    "half-close-lost",
    "half-close-closes",
    "answer-end-closes",
    "early-bytes-lost",
    "raw-stream-framed",
    "dirty-reuse",
    "head-with-body",
    "informational-swallowed",
    "continue-answered",
    "silence-timeout",
    "abort-keeps-daemon",
    "cut-hidden",
    "deny-leaks",
    "deny-closes",
    "deny-html",
    "daemon-down-hangs",
    "daemon-down-200",
    "daemon-restart-lost",
    "term-status",
    "term-waits-for-idle",
    "term-waits-for-streams",
});

// A name out of the list; any other does not compile.
class Mutant {
public:
    consteval Mutant(const char* name) // NOLINT(google-explicit-constructor): is("fold") is the point
        : index_(static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())) {
        if (index_ == names.size()) throw "no such mutant";
    }
    std::size_t index() const { return index_; }

private:
    std::size_t index_;
};

// false: no such name. Called once, before any thread starts.
bool mutate(std::string_view name);

// Whether this run is that mutant.
bool is(Mutant mutant);

} // namespace mutants
