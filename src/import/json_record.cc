#include "import/json_record.h"

#include <charconv>

namespace par::import {
namespace {

std::string_view reason_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "not UTF-8";
    case simdjson::DEPTH_ERROR:
      return "nested too deeply";
    default:
      return "not JSON";
  }
}

template <class T>
std::optional<T> member_as(const dom::object& object, std::string_view key) {
  T value{};
  if (object.at_key(key).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

}  // namespace

std::optional<dom::object> RecordParser::object(const Cut& cut) {
  problem_ = cut.too_long ? "longer than 16 MiB" : "";
  if (cut.too_long) return std::nullopt;
  dom::element element;
  const auto error = parser_.parse(cut.text.data(), cut.text.size(), false).get(element);
  dom::object object;
  if (error != simdjson::SUCCESS)
    problem_ = reason_of(error);
  else if (element.get(object) != simdjson::SUCCESS)
    problem_ = "not an object";
  if (!problem_.empty()) return std::nullopt;
  return object;
}

std::optional<std::string_view> find_text(const dom::object& object, std::string_view key) {
  return member_as<std::string_view>(object, key);
}

std::string_view text_of(const dom::object& object, std::string_view key) {
  return find_text(object, key).value_or(std::string_view());
}

std::optional<dom::object> object_of(const dom::object& object, std::string_view key) {
  return member_as<dom::object>(object, key);
}

std::optional<dom::array> array_of(const dom::object& object, std::string_view key) {
  return member_as<dom::array>(object, key);
}

std::optional<std::int64_t> integer_of(const dom::object& object, std::string_view key) {
  return member_as<std::int64_t>(object, key);
}

std::uint64_t count_of(const dom::object& object, std::string_view key) {
  const auto number = integer_of(object, key).value_or(0);
  return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

std::optional<double> decimal_of(const dom::object& object, std::string_view key) {
  if (const auto number = member_as<double>(object, key)) return number;
  const auto text = find_text(object, key);
  if (!text) return std::nullopt;
  double number = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace par::import
