// Writes JSON text, member by member, in the order given. Owns escaping and commas; not a document model.
// Strings that are not valid UTF-8 have each bad byte replaced by U+FFFD: encode paths before (quote_path).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace par {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(double number);  // shortest text that reads back the same; not finite -> null
  template <class Int>
  requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>) JsonWriter& value(Int number) {
    return integer(static_cast<std::int64_t>(number));
  }
  JsonWriter& null();

  template <class T>
  JsonWriter& member(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }
  // "name": ["a", "b"] from a range of strings or strong ids.
  template <class Range>
  JsonWriter& list(std::string_view name, const Range& range) {
    key(name);
    begin_array();
    for (const auto& element : range) {
      if constexpr (requires { element.str(); })
        value(std::string_view(element.str()));
      else
        value(element);
    }
    return end_array();
  }

  [[nodiscard]] const std::string& text() const noexcept { return out_; }
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  JsonWriter& integer(std::int64_t number);
  void separate();

  std::string out_;
  bool first_ = true;  // no comma before the next member or element
};

}  // namespace par
