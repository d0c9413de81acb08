// A list whose values several lists hold in common: what did not change is in memory once.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace mailquotad {

/// Reads like a vector of constant values; a copy of it shares them. Values are replaced, never changed.
template <typename Value>
class SharedList {
public:
    using Pointer = std::shared_ptr<const Value>;

    class Iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = Value;
        using difference_type = std::ptrdiff_t;
        using pointer = const Value*;
        using reference = const Value&;

        Iterator() = default;
        explicit Iterator(const Pointer* at) : at_(at) {}
        reference operator*() const { return **at_; }
        pointer operator->() const { return at_->get(); }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        Iterator operator++(int) { return Iterator(at_++); }
        bool operator==(const Iterator&) const = default;

    private:
        const Pointer* at_ = nullptr;
    };

    SharedList() = default;
    SharedList(std::initializer_list<Value> values) {
        for (const Value& value : values)
            add(value);
    }

    [[nodiscard]] Iterator begin() const { return Iterator(values_.data()); }
    [[nodiscard]] Iterator end() const { return Iterator(values_.data() + values_.size()); }
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] bool empty() const { return values_.empty(); }
    [[nodiscard]] const Value& front() const { return *values_.front(); }
    const Value& operator[](std::size_t index) const { return *values_[index]; }
    /// The value for another list to share; null beyond the end.
    [[nodiscard]] Pointer shared(std::size_t index) const { return index < size() ? values_[index] : nullptr; }

    void reserve(std::size_t size) { values_.reserve(size); }
    /// Takes part in a value, which must not be null.
    void add(Pointer value) { values_.push_back(std::move(value)); }
    void add(Value value) { add(std::make_shared<const Value>(std::move(value))); }
    /// Puts another value in the place of one; other lists keep what they have.
    void replace(std::size_t index, Value value) {
        values_.at(index) = std::make_shared<const Value>(std::move(value));
    }

private:
    std::vector<Pointer> values_;
};

} // namespace mailquotad
