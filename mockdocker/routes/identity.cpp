#include "mockdocker/routes/identity.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace mockdocker {
namespace {

// strconv.Atoi with its error ignored: 0 for what is no number, the largest for what is too large.
std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) return INT64_MAX;
    return error == std::errc{} && at == text.data() + text.size() ? value : 0;
}

std::string_view takePart(std::string_view& rest) {
    const auto dot = rest.find('.');
    const auto part = rest.substr(0, dot);
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    return part;
}

struct Release {
    int api;
    std::string_view engine;
};
constexpr std::array releases{Release{24, "1.12.6"},     Release{25, "1.13.0"},     Release{26, "1.13.1"},
                              Release{27, "17.03.2-ce"}, Release{28, "17.04.0-ce"}, Release{29, "17.05.0-ce"},
                              Release{30, "17.06.2-ce"}, Release{31, "17.07.0-ce"}, Release{32, "17.09.1-ce"},
                              Release{33, "17.10.0-ce"}, Release{34, "17.11.0-ce"}, Release{35, "17.12.1-ce"},
                              Release{36, "18.02.0-ce"}, Release{37, "18.03.1-ce"}, Release{38, "18.06.3-ce"},
                              Release{39, "18.09.9"},    Release{40, "19.03.15"},   Release{41, "20.10.24"},
                              Release{42, "23.0.6"},     Release{43, "24.0.9"},     Release{44, "25.0.5"},
                              Release{45, "26.1.4"},     Release{46, "27.1.2"},     Release{47, "27.5.1"},
                              Release{48, "28.0.4"},     Release{49, "28.1.1"},     Release{50, "28.2.2"},
                              Release{51, "28.5.2"},     Release{52, "29.1.5"},     Release{53, "29.2.1"},
                              Release{54, "29.5.0"},     Release{55, "29.7.2"},     Release{56, "29.9.0"},
                              Release{57, "29.10.0"}};

} // namespace

int compareVersions(std::string_view a, std::string_view b) {
    while (!a.empty() || !b.empty()) {
        const auto x = number(takePart(a));
        const auto y = number(takePart(b));
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

int Identity::api() const {
    std::string_view rest = apiVersion;
    takePart(rest);
    return static_cast<int>(number(takePart(rest)));
}

std::string Identity::minimum() const {
    if (!minApiVersion.empty()) return minApiVersion;
    const int version = api();
    return version < 44 ? "1.12" : version < 52 ? "1.24" : version < 54 ? "1.44" : "1.40";
}

std::string Identity::engineVersion() const {
    for (const Release& release : releases) {
        if (release.api == api()) return std::string(release.engine);
    }
    return "30.0.0-dev";
}

} // namespace mockdocker
