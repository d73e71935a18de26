#include "proxy/net/list.h"

#include <gmock/gmock.h>

#include <memory>
#include <vector>

namespace proxy::net {
namespace {

using testing::ElementsAre;

struct Item : ListNode<Item> {
    explicit Item(int number)
        : value(number) {}
    int value;
};

std::vector<int> values(List<Item>& list) {
    std::vector<int> all;
    list.each([&](const Item& item) { all.push_back(item.value); });
    return all;
}

TEST(List, KeepsTheOrder) {
    List<Item> list;
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.front(), nullptr);
    EXPECT_EQ(list.back(), nullptr);
    Item one(1);
    Item two(2);
    list.pushBack(one);
    list.pushBack(two);
    EXPECT_THAT(values(list), ElementsAre(1, 2));
    EXPECT_EQ(list.front(), &one);
    EXPECT_EQ(list.back(), &two);
}

TEST(List, PushingAgainMovesToTheEnd) {
    List<Item> list;
    Item one(1);
    Item two(2);
    list.pushBack(one);
    list.pushBack(two);
    list.pushBack(one);
    EXPECT_THAT(values(list), ElementsAre(2, 1));
}

TEST(List, WhatDiesIsGone) {
    List<Item> list;
    Item one(1);
    Item three(3);
    list.pushBack(one);
    {
        Item two(2);
        list.pushBack(two);
        list.pushBack(three);
    }
    EXPECT_THAT(values(list), ElementsAre(1, 3));
    one.unlink();
    one.unlink();
    EXPECT_FALSE(one.linked());
    EXPECT_THAT(values(list), ElementsAre(3));
}

TEST(List, EachMayDestroyWhatItIsGiven) {
    List<Item> list;
    std::vector<std::unique_ptr<Item>> items;
    for (int i = 0; i < 4; ++i) {
        items.push_back(std::make_unique<Item>(i));
        list.pushBack(*items.back());
    }
    list.each([&](const Item& item) {
        if (item.value % 2 == 0) items[static_cast<std::size_t>(item.value)].reset();
    });
    EXPECT_THAT(values(list), ElementsAre(1, 3));
}

TEST(List, TakesAllOfAnother) {
    List<Item> list;
    List<Item> other;
    Item one(1);
    Item two(2);
    Item three(3);
    list.pushBack(one);
    other.pushBack(two);
    other.pushBack(three);
    list.take(other);
    EXPECT_TRUE(other.empty());
    EXPECT_THAT(values(list), ElementsAre(1, 2, 3));
}

TEST(List, ItemsOutliveIt) {
    Item one(1);
    Item two(2);
    {
        List<Item> list;
        list.pushBack(one);
        list.pushBack(two);
    }
    EXPECT_FALSE(one.linked());
    EXPECT_FALSE(two.linked());
    List<Item> next;
    next.pushBack(two);
    EXPECT_THAT(values(next), ElementsAre(2));
}

} // namespace
} // namespace proxy::net
