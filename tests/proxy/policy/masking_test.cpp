// Whose answers MASK_ENV looks at.
#include "proxy/policy/masking.h"
#include "proxy/policy/policy.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <string>

namespace proxy::policy {
namespace {

Grants everything() {
    Grants all;
    for (std::size_t i = 0; i < allVariables.size(); ++i) all.set(static_cast<Variable>(i));
    return all;
}

struct Row {
    std::string_view id;
    std::string_view method;
    std::string_view path;
    Masking masking;

    friend void PrintTo(const Row& row, std::ostream* stream) { *stream << row.id; }
};

class MaskingOf : public testing::TestWithParam<Row> {};

TEST_P(MaskingOf, AsTheTableSays) {
    const Row& row = GetParam();
    const Access access{.dialect = Dialect::linuxserver, .grants = everything(), .maskEnv = true};
    EXPECT_EQ(Policy(access).decide(row.method, row.path).masking, row.masking);
}

using enum Masking;
constexpr Row table[] = {
    {"container", "GET", "/containers/x/json", document},
    {"container-versioned", "GET", "/v1.41/containers/x/json", document},
    {"container-slashes", "GET", "/containers/x/y/json", document},
    {"image", "GET", "/images/a/b:c/json", document},
    {"services", "GET", "/services", document},
    {"service", "GET", "/services/x", document},
    {"tasks", "GET", "/tasks", document},
    {"task", "GET", "/tasks/x", document},
    {"plugins", "GET", "/plugins", document},
    {"plugin", "GET", "/plugins/x/y/json", document},
    {"plugin-of-old", "GET", "/plugins/x", document},
    {"attestations", "GET", "/images/x/attestations", document},
    {"containers", "GET", "/containers/json", none},
    {"logs", "GET", "/containers/x/logs", none},
    {"attach", "POST", "/containers/x/attach", none},
    {"create", "POST", "/containers/create", none},
    {"ping", "GET", "/_ping", none},
    {"history", "GET", "/images/x/history", none},
    {"service-logs", "GET", "/services/x/logs", none},
    {"libpod-container", "GET", "/libpod/containers/x/json", documents},
    {"libpod-container-versioned", "GET", "/v5.8.0/libpod/containers/x/json", documents},
    {"libpod-containers", "GET", "/libpod/containers/json", documents},
    {"libpod-stats", "GET", "/libpod/containers/stats", documents},
    {"libpod-pod", "GET", "/libpod/pods/x/json", documents},
    {"libpod-image", "GET", "/libpod/images/x/json", documents},
    {"libpod-image-saved", "GET", "/libpod/images/x/get", documents},
    {"libpod-checkpoint", "POST", "/libpod/containers/x/checkpoint", documents},
    {"libpod-events", "GET", "/libpod/events", documents},
    {"libpod-named-logs", "GET", "/libpod/containers/logs", documents},
    {"libpod-image-named-logs", "GET", "/libpod/images/logs", documents},
    {"libpod-logs-of-a-pod", "GET", "/libpod/pods/x/logs", documents},
    {"libpod-deeper", "GET", "/libpod/containers/x/y/logs", documents},
    {"libpod-logs", "GET", "/libpod/containers/x/logs", none},
    {"libpod-attach", "POST", "/libpod/containers/x/attach", none},
    {"libpod-archive", "GET", "/libpod/containers/x/archive", none},
    {"libpod-export", "GET", "/libpod/containers/x/export", none},
    {"libpod-volume-export", "GET", "/libpod/volumes/x/export", none},
    {"libpod-ping", "GET", "/libpod/_ping", none},
    {"libpod-kube", "GET", "/libpod/generate/kube", withheld},
    {"libpod-systemd", "GET", "/libpod/generate/x/systemd", withheld},
    {"libpod-unknown", "GET", "/libpod/quadlets/x/file", documents},
};

INSTANTIATE_TEST_SUITE_P(Row, MaskingOf, testing::ValuesIn(table), tests::byId);

TEST(MaskEnv, OffNothingIsMasked) {
    const Access access{.dialect = Dialect::linuxserver, .grants = everything()};
    for (const Row& row : table)
        EXPECT_EQ(Policy(access).decide(row.method, row.path).masking, none) << row.id;
}

// Podman answers behind /libpod whatever the dialect, and LEARN lets it through.
TEST(MaskEnv, HoldsForWhatIsLearned) {
    const Policy policy(Access{.grants = {}, .learn = true, .maskEnv = true});
    for (const std::string_view path : {"/libpod/containers/x/json", "/v5.0.0-rc1/libpod/containers/x/json",
                                        "/libpod/generate/kube", "/nowhere"}) {
        const Verdict verdict = policy.decide("GET", path);
        EXPECT_TRUE(verdict.learned) << path;
        EXPECT_EQ(verdict.masking, documents) << path;
    }
    EXPECT_EQ(policy.decide("GET", "/containers/x/json").masking, document);
}

TEST(MaskEnv, HoldsForWhatIsAllowedByName) {
    const Access access{
        .grants = {}, .allowed = parseOperations("ContainerInspect").operations, .maskEnv = true};
    EXPECT_EQ(Policy(access).decide("GET", "/containers/x/json").masking, document);
}

} // namespace
} // namespace proxy::policy
