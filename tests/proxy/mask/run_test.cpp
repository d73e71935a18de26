// Eight octets at a time are found to be what they are one at a time: every octet at every place of runs of every length
// up to three registers, before the end of what may be read.
#include "proxy/mask/run.h"
#include "tests/proxy/guarded_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace proxy::mask {
namespace {

constexpr std::size_t longest = 24;

template <class Check>
void forEveryOctetAtEveryPlace(Check check) {
    for (std::size_t length = 1; length <= longest; ++length) {
        for (std::size_t place = 0; place < length; ++place) {
            for (unsigned octet = 0; octet < 256; ++octet) {
                std::string text(length, 'x');
                text[place] = static_cast<char>(octet);
                check(text);
                if (testing::Test::HasFatalFailure()) return;
            }
        }
    }
}

template <bool atEquals>
std::size_t lengthOfRun(std::string_view text) {
    const auto* const stop = std::find_if_not(text.begin(), text.end(), isOfRun<atEquals>);
    return static_cast<std::size_t>(stop - text.begin());
}

template <bool atEquals>
void expectPassed() {
    GuardedBytes memory(longest);
    forEveryOctetAtEveryPlace([&](const std::string& text) {
        const auto room = memory.room(text.size());
        std::ranges::copy(text, room.begin());
        char* const begin = room.data();
        ASSERT_EQ(passRun<atEquals>(begin, begin + text.size()) - begin, lengthOfRun<atEquals>(text))
            << testing::PrintToString(text);
        ASSERT_EQ(std::string_view(begin, text.size()), text);
    });
}

TEST(Run, IsPassed) {
    expectPassed<false>();
}

TEST(Run, IsPassedUpToAnEqualsSign) {
    expectPassed<true>();
}

TEST(Run, IsHidden) {
    GuardedBytes memory(longest);
    forEveryOctetAtEveryPlace([&](const std::string& text) {
        const auto room = memory.room(text.size());
        std::ranges::copy(text, room.begin());
        char* const begin = room.data();
        const std::size_t length = lengthOfRun<false>(text);
        ASSERT_EQ(hideRun(begin, begin + text.size()) - begin, length) << testing::PrintToString(text);
        ASSERT_EQ(std::string_view(begin, text.size()), std::string(length, '*') + text.substr(length));
    });
}

TEST(Run, HoldsWhatNeedsNoEscape) {
    std::string octets;
    for (unsigned octet = 0; octet < 256; ++octet)
        if (isOfRun(static_cast<char>(octet))) octets += static_cast<char>(octet);
    EXPECT_EQ(
        octets,
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~\177");
    EXPECT_TRUE(isOfRun('='));
    EXPECT_FALSE(isOfRun<true>('='));
}

} // namespace
} // namespace proxy::mask
