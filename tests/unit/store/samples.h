// Stored values with something in every member, and ways to look at all members of a value: for tests that
// must notice a member that was forgotten.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/fields.h"

namespace par::test {

// Gives every member, at any depth, a value that is neither its default nor another member's.
class Filler {
 public:
  template <class T>
  void operator()(std::string_view, T& member) {
    fill(member);
  }

  template <class T>
  void fill(T& value) {
    ++count_;
    if constexpr (std::is_same_v<T, std::string>) {
      value = fmt::format("text {} \xff\n\"\\\xc3\xbc", count_);
    } else if constexpr (requires { value.str(); }) {
      value = T(fmt::format("id-{}-\xfe\t", count_));
    } else if constexpr (std::is_same_v<T, bool>) {
      value = !value;
    } else if constexpr (std::is_enum_v<T>) {
      const auto last = enum_names<T>.size() - 1;
      value = static_cast<std::size_t>(value) == last ? T{} : static_cast<T>(last);
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = static_cast<T>(count_) + static_cast<T>(10000.1);
    } else if constexpr (requires { value.clear(); }) {
      value.resize(2);
      for (auto& element : value) fill(element);
    } else {
      fields(*this, value);
    }
  }

 private:
  int count_ = 0;
};

// All members as text, exact for every byte and number, made without the store's codec.
class Printer {
 public:
  template <class T>
  void operator()(std::string_view name, T& member) {
    out_ += fmt::format("{}=", name);
    print(member);
  }

  template <class T>
  void print(T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      out_ += fmt::format("<{}>", value);
    } else if constexpr (requires { value.str(); }) {
      out_ += fmt::format("<{}>", value.str());
    } else if constexpr (std::is_enum_v<T>) {
      out_ += fmt::format("#{}", static_cast<int>(value));
    } else if constexpr (std::is_arithmetic_v<T>) {
      out_ += fmt::format("{}", value);
    } else if constexpr (requires { value.clear(); }) {
      out_ += '[';
      for (auto& element : value) print(element);
      out_ += ']';
    } else {
      out_ += '{';
      fields(*this, value);
      out_ += '}';
    }
    out_ += ';';
  }

  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

template <class T>
T filled() {
  T value{};
  Filler filler;
  fields(filler, value);
  return value;
}

template <class T>
std::string printed(T value) {
  Printer printer;
  printer.print(value);
  return std::move(printer).take();
}

inline std::string printed_event(const core::Event& event) {
  return fmt::format("{} {} {}", event.at, core::kind_of(event.body),
                     std::visit([](const auto& body) { return printed(body); }, event.body));
}

// One filled event of every kind.
template <std::size_t... I>
std::vector<core::EventBody> every_event(std::index_sequence<I...>) {
  return {core::EventBody(filled<std::variant_alternative_t<I, core::EventBody>>())...};
}
inline std::vector<core::EventBody> every_event() {
  return every_event(std::make_index_sequence<std::variant_size_v<core::EventBody>>{});
}

}  // namespace par::test
