#include "proxy/policy/distance.h"

#include <gtest/gtest.h>

namespace proxy::policy {
namespace {

TEST(Distance, countsEdits) {
    EXPECT_EQ(distance("", ""), 0U);
    EXPECT_EQ(distance("INFO", "INFO"), 0U);
    EXPECT_EQ(distance("", "INFO"), 4U);
    EXPECT_EQ(distance("INFO", ""), 4U);
    EXPECT_EQ(distance("IAMGES", "IMAGES"), 1U);
    EXPECT_EQ(distance("INF0", "INFO"), 1U);
    EXPECT_EQ(distance("INFOS", "INFO"), 1U);
    EXPECT_EQ(distance("NFO", "INFO"), 1U);
    EXPECT_EQ(distance("OFNI", "INFO"), 3U);
    EXPECT_EQ(distance("BA", "AB"), 1U);
    EXPECT_EQ(distance("CA", "ABC"), 3U);
}

} // namespace
} // namespace proxy::policy
