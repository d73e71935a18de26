// The rules read a second time, slowly and plainly, and compared with the first reading over
// every operation, method and telling combination of grants. Shares nothing with the code under
// test but the names of the variables.
#include "tests/proxy/policy/rows.h"
#include "tests/proxy/policy/upstream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <sstream>
#include <vector>

namespace proxy::policy {

// One request path seen through the original's patterns: which of them match.
static Grants upstreamMatches(std::string_view path) {
    static const auto patterns = [] {
        std::vector<std::pair<Variable, std::regex>> compiled;
        const auto add = [&](std::string_view name, const std::string& pattern) {
            compiled.emplace_back(
                variableNamed(name).value(),
                std::regex("^(/v[\\d\\.]+)?/" + pattern, std::regex::icase | std::regex::optimize));
        };
        for (const char* section :
             {"auth",     "build",   "commit", "configs",  "containers", "distribution", "events",  "exec",
              "grpc",     "images",  "info",   "networks", "nodes",      "_ping",        "plugins", "secrets",
              "services", "session", "swarm",  "system",   "tasks",      "version",      "volumes"}) {
            std::string name(section);
            std::erase(name, '_');
            std::ranges::transform(name, name.begin(),
                                   [](char c) { return static_cast<char>(c - 'a' + 'A'); });
            add(name, section);
        }
        add("ALLOW_RESTARTS", "containers/[a-zA-Z0-9_.-]+/((stop)|(restart)|(kill))");
        add("ALLOW_START", "containers/[a-zA-Z0-9_.-]+/start");
        add("ALLOW_STOP", "containers/[a-zA-Z0-9_.-]+/stop");
        return compiled;
    }();
    Grants matching;
    for (const auto& [variable, pattern] : patterns)
        if (std::regex_search(path.begin(), path.end(), pattern)) matching.set(variable);
    return matching;
}

static bool upstreamVerdict(Grants granted, std::string_view method, Grants matching) {
    if (method != "GET" && method != "HEAD" && !granted.has(Variable::post)) return false;
    return std::ranges::any_of(matching, [&](Variable variable) { return granted.has(variable); });
}

bool upstreamAllows(Grants granted, std::string_view method, std::string_view path) {
    return upstreamVerdict(granted, method, upstreamMatches(path));
}

namespace {

// docs/rules.md, sentence by sentence, with regular expressions. What depends on the path
// alone is found once, so that the exhaustive comparison stays bearable.
class SecondReading {
public:
    explicit SecondReading(const std::string& path) {
        static const std::regex control("[\\x01-\\x1f\\x7f]");
        static const std::regex unclean("//|/\\.{1,2}(/|$)");            // S3
        static const std::regex whole("^(/v[0-9.]+)?/([^/]+)(/[^]*)?$"); // S1, S2
        static const std::regex restarts("^(/v[0-9.]+)?/containers/[a-zA-Z0-9_.-]+/(stop|restart|kill)$");
        // S9: of version 1.24 at least, which has two numbers here or more.
        static const std::regex start(
            "^(/"
            "v(0*1\\.0*(2[4-9]|[3-9][0-9]|[1-9][0-9]{2,8})|0*([2-9]|[1-9][0-9]+)(\\.[0-9]*)?)(\\.[0-9.]*)?)?"
            "/containers/[a-zA-Z0-9_.-]+/start$");
        static const std::regex stop("^(/v[0-9.]+)?/containers/[a-zA-Z0-9_.-]+/stop$");
        static const std::regex websocket("^(/v[0-9.]+)?/containers/[^]*/attach/ws$");
        refused_ = std::regex_search(path, control) || std::regex_search(path, unclean);
        if (std::regex_match(path, restarts)) openers_.set(Variable::allowRestarts);
        if (std::regex_match(path, start)) openers_.set(Variable::allowStart);
        if (std::regex_match(path, stop)) openers_.set(Variable::allowStop);
        websocket_ = std::regex_match(path, websocket);
        std::smatch parts;
        if (!std::regex_match(path, parts, whole)) return;
        for (std::size_t i = 0; i < variableCount; ++i)
            if (!variables[i].section.empty() && variables[i].section == parts[2].str())
                openers_.set(static_cast<Variable>(i));
    }

    [[nodiscard]] bool allows(Grants granted, std::string_view method) const {
        if (refused_) return false;                                                      // S3, S6
        const bool reads = method == "GET" || method == "HEAD";                          // step 1
        if (!reads && !granted.has(Variable::post)) return false;                        //
        if (method == "GET" && websocket_ && !granted.has(Variable::post)) return false; // S5
        for (const Variable opener : openers_)                                           // steps 2 to 4
            if (granted.has(opener)) return true;
        return false; // step 5
    }

private:
    bool refused_ = false;
    bool websocket_ = false;
    Grants openers_;
};

constexpr std::string_view methods[] = {"GET",     "HEAD",  "POST",    "PUT", "DELETE",
                                        "OPTIONS", "PATCH", "CONNECT", "get"};

// Every operation's path, with names that try the patterns, with and without a version.
std::vector<std::string> catalogue(const std::vector<std::string>& names) {
    static const std::regex variable("\\{[a-z]+\\}");
    std::vector<std::string> paths;
    for (const Operation& operation : operations()) {
        const std::string path(operation.path);
        for (const std::string& name : names)
            for (const std::string prefix : {"", "/v1.23", "/v1.24", "/v1.55"})
                paths.push_back(prefix + std::regex_replace(path, variable, name));
    }
    std::ranges::sort(paths);
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

const std::vector<std::string> hostile{
    "",
    "/",
    "*",
    "/v1.41",
    "/v1.41/",
    "/v1.41/v1.41/info",
    "/V1.41/info",
    "/v/info",
    "/v1.4x/info",
    "/info/",
    "/INFO",
    "/infox",
    "/info.json",
    "/inf",
    "/info/..",
    "//info",
    "/x/../info",
    "/_Ping",
    "/_pingx",
    "/ping",
    "/containers/x/START",
    "/containers/x/start/",
    "/containers/x/start/exec",
    "/containers/x/starts",
    "/containers/x:y/start",
    "/containers/start",
    "/containers/a/b/stop",
    "/containers/a/b/attach/ws",
    "/containers/attach/ws",
    "/containers/x/attach/ws/",
    "/containers/x/Attach/ws",
    "/libpod/containers/json",
    "/v1.41/libpod/containers/x/start",
    "/debug/vars",
    "/images/a b/json",
    "/containers/x/kill/attach/ws",
    "/exec/x/stop",
    "/sessions",
    "/v1.41session",
    "/v1.41/session",
    "/v0/grpc",
    "/v0/containers/x/start",
    "/v1/containers/x/start",
    "/v2/containers/x/start",
    "/v1..24/containers/x/start",
    "/v.1.24/containers/x/start",
    "/v01.024/containers/x/start",
    "/v1.24.5/containers/x/start",
    "info",
    "x:80",
};

// Nothing, each alone, all but each, and every combination of what meets in the containers' rules.
std::vector<Grants> settings() {
    using enum Variable;
    std::vector<Grants> all{Grants{}, Grants::defaults(), allGrants()};
    for (std::size_t i = 0; i < variableCount; ++i) {
        const auto variable = static_cast<Variable>(i);
        Grants allBut = allGrants();
        allBut.set(variable, false);
        all.insert(all.end(), {Grants{variable}, Grants{variable, post}, allBut});
    }
    constexpr Variable meeting[] = {post, allowStart, allowStop, allowRestarts, containers, exec};
    for (unsigned bits = 0; bits < 1U << std::size(meeting); ++bits) {
        Grants grants;
        for (std::size_t i = 0; i < std::size(meeting); ++i) grants.set(meeting[i], (bits >> i & 1U) != 0);
        all.push_back(grants);
    }
    return all;
}

std::string sentence(Grants granted, std::string_view method, const std::string& path) {
    std::ostringstream text;
    text << method << " " << path << " with " << granted;
    return text.str();
}

class Exhaustive : public testing::Test {
protected:
    // Visits path x method x setting; stops after a handful of failures, which is enough to see the pattern.
    template <typename Check>
    static void forAll(const std::vector<std::string>& paths, Check check) {
        const auto grants = settings();
        for (const std::string& path : paths)
            for (const std::string_view method : methods)
                for (const Grants granted : grants) {
                    check(granted, method, path);
                    if (HasFailure()) return;
                }
    }

    static std::vector<std::string> everyPath() {
        auto paths =
            catalogue({"x", "aZ09_.-", "web/db", "registry:5000/team/app", "x/start", "", "..", "attach"});
        paths.insert(paths.end(), hostile.begin(), hostile.end());
        return paths;
    }
};

TEST_F(Exhaustive, agreesWithTheSecondReading) {
    std::map<std::string, SecondReading> readings;
    forAll(everyPath(), [&](Grants granted, std::string_view method, const std::string& path) {
        const SecondReading& reading = readings.try_emplace(path, path).first->second;
        if (Policy(granted).decide(method, path).allowed != reading.allows(granted, method))
            ADD_FAILURE() << sentence(granted, method, path);
    });
}

TEST_F(Exhaustive, agreesWithTheOriginalButForS5AndS9) {
    std::map<std::string, Grants> matching;
    forAll(catalogue({"x", "aZ09_.-"}),
           [&](Grants granted, std::string_view method, const std::string& path) {
               const auto known = matching.try_emplace(path);
               if (known.second) known.first->second = upstreamMatches(path);
               const bool expected = upstreamVerdict(granted, method, known.first->second);
               const Verdict verdict = Policy(granted).decide(method, path);
               const bool stricter =
                   !verdict.allowed && (verdict.rule == Rule::attachWs || verdict.rule == Rule::startConfig);
               if (verdict.allowed != expected && !stricter) ADD_FAILURE() << sentence(granted, method, path);
           });
}

TEST_F(Exhaustive, isNeverMoreGenerousThanTheOriginal) {
    std::map<std::string, Grants> matching;
    forAll(everyPath(), [&](Grants granted, std::string_view method, const std::string& path) {
        const auto known = matching.try_emplace(path);
        if (known.second) known.first->second = upstreamMatches(path);
        if (Policy(granted).decide(method, path).allowed &&
            !upstreamVerdict(granted, method, known.first->second))
            ADD_FAILURE() << sentence(granted, method, path);
    });
}

TEST_F(Exhaustive, wouldAllowIsTrueAndMinimal) {
    forAll(everyPath(), [](Grants granted, std::string_view method, const std::string& path) {
        const Verdict verdict = Policy(granted).decide(method, path);
        const auto allowedWith = [&](Grants more) {
            return Policy(granted | more).decide(method, path).allowed;
        };
        if (verdict.allowed) {
            EXPECT_TRUE(verdict.wouldAllow.empty()) << sentence(granted, method, path);
        } else if (verdict.wouldAllow.empty()) {
            EXPECT_FALSE(allowedWith(allGrants())) << sentence(granted, method, path);
        } else {
            EXPECT_TRUE(allowedWith(verdict.wouldAllow)) << sentence(granted, method, path);
            for (const Variable variable : verdict.wouldAllow) {
                Grants fewer = verdict.wouldAllow;
                fewer.set(variable, false);
                EXPECT_FALSE(allowedWith(fewer)) << sentence(granted, method, path);
                EXPECT_FALSE(granted.has(variable)) << sentence(granted, method, path);
            }
        }
    });
}

} // namespace
} // namespace proxy::policy
