// An intrusive, doubly linked list: enumeration without ownership. A node unlinks itself when it dies, so a
// list never holds what is gone; linking and unlinking allocate nothing. For one thread.
#pragma once

namespace proxy::net {

template <class T>
class List;

/// Base of what can stand in a List<T>; T derives from ListNode<T>.
template <class T>
class ListNode {
public:
    ListNode() = default;
    ListNode(const ListNode&) = delete;
    ListNode& operator=(const ListNode&) = delete;
    ~ListNode() { unlink(); }

    [[nodiscard]] bool linked() const noexcept { return next_ != nullptr; }
    void unlink() noexcept {
        if (next_ == nullptr) return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = nullptr;
    }

private:
    friend class List<T>;
    ListNode* previous_ = nullptr;
    ListNode* next_ = nullptr;
};

template <class T>
class List {
public:
    List() noexcept { head_.previous_ = head_.next_ = &head_; }
    List(const List&) = delete;
    List& operator=(const List&) = delete;
    ~List() {
        while (!empty()) head_.next_->unlink();
        head_.previous_ = head_.next_ = nullptr;
    }

    [[nodiscard]] bool empty() const noexcept { return head_.next_ == &head_; }
    [[nodiscard]] T* front() noexcept { return empty() ? nullptr : static_cast<T*>(head_.next_); }
    [[nodiscard]] T* back() noexcept { return empty() ? nullptr : static_cast<T*>(head_.previous_); }
    void pushBack(T& item) noexcept { insertBefore(head_, item); }
    /// Moves everything of `other` behind what is here.
    void take(List& other) noexcept {
        while (T* item = other.front()) {
            item->ListNode<T>::unlink();
            pushBack(*item);
        }
    }
    /// Calls `visit` for each; it may unlink or destroy the item it is given.
    template <class Visit>
    void each(Visit visit) {
        for (ListNode<T>* node = head_.next_; node != &head_;) {
            ListNode<T>* const next = node->next_;
            visit(*static_cast<T*>(node));
            node = next;
        }
    }

private:
    void insertBefore(ListNode<T>& place, ListNode<T>& item) noexcept {
        item.unlink();
        item.previous_ = place.previous_;
        item.next_ = &place;
        place.previous_->next_ = &item;
        place.previous_ = &item;
    }

    ListNode<T> head_;
};

} // namespace proxy::net
