#include "store/codec.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "core/fields.h"

namespace par::store {
namespace {

namespace dom = simdjson::dom;

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class T>
inline constexpr bool is_strong_string = false;
template <class Tag>
inline constexpr bool is_strong_string<StrongString<Tag>> = true;

// The member of the object that stands for a text that is not UTF-8.
constexpr std::string_view kQuoted = "quoted";

class Writer {
 public:
  template <class T>
  void operator()(std::string_view name, const T& member) {
    json_.key(name);
    put(member);
  }

  template <class T>
  void put(const T& value) {
    if constexpr (std::is_same_v<T, RepoPath>) {
      json_.value(quote_path(value.str()));
    } else if constexpr (is_strong_string<T>) {
      put_text(value.str());
    } else if constexpr (std::is_same_v<T, std::string>) {
      put_text(value);
    } else if constexpr (std::is_enum_v<T>) {
      json_.value(name_of(value));
    } else if constexpr (std::is_arithmetic_v<T>) {
      if constexpr (std::is_floating_point_v<T>) check(std::isfinite(value), "a stored number is finite");
      json_.value(value);
    } else if constexpr (is_vector<T>) {
      json_.begin_array();
      for (const auto& element : value) put(element);
      json_.end_array();
    } else {
      json_.begin_object();
      fields(*this,
             const_cast<T&>(value));  // NOLINT: the list serves the reader too; this visitor only reads
      json_.end_object();
    }
  }

  [[nodiscard]] std::string take() && { return std::move(json_).take(); }

 private:
  void put_text(const std::string& text) {
    if (simdjson::validate_utf8(text)) {
      json_.value(text);
    } else {
      json_.begin_object().member(kQuoted, quote_path(text)).end_object();
    }
  }

  JsonWriter json_;
};

// What stopped the reader, and at which member: "agents[3].spec.owns".
struct Misfit {
  std::string path;
  std::string_view problem;
};
using Read = std::optional<Misfit>;  // nullopt: read

Read misfit(std::string_view problem) { return Misfit{"", problem}; }

// The misfit as seen from the member or element that holds it.
Misfit below(std::string name, Misfit inner) {
  if (!inner.path.empty() && inner.path.front() != '[') name += '.';
  inner.path.insert(0, name);
  return inner;
}

Read read_text(const dom::element& json, std::string& out) {
  std::string_view text;
  if (!json.get(text)) {
    out = text;
    return {};
  }
  if (json[kQuoted].get(text)) return misfit("is not a text");
  auto bytes = unquote_path(text);
  if (!bytes) return misfit("is not quoted as it should be");
  out = *std::move(bytes);
  return {};
}

Read read_path(const dom::element& json, RepoPath& out) {
  std::string_view text;
  if (json.get(text)) return misfit("is not a path");
  auto bytes = unquote_path(text);
  if (!bytes) return misfit("is not quoted as it should be");
  out = RepoPath(*std::move(bytes));
  return {};
}

template <class Int>
Read read_integer(const dom::element& json, Int& out) {
  std::int64_t number = 0;
  if (json.get(number)) return misfit("is not a whole number");
  if (number < std::numeric_limits<Int>::min() || number > std::numeric_limits<Int>::max())
    return misfit("is out of range");
  out = static_cast<Int>(number);
  return {};
}

template <class E>
Read read_enum(const dom::element& json, E& out) {
  std::string_view text;
  if (json.get(text)) return misfit("is not a name");
  const auto value = parse_enum<E>(text);
  if (!value) return misfit("is a name that is not known");
  out = *value;
  return {};
}

template <class T>
Read read(const dom::element& json, T& out);

// Reads one object member by member; after the first misfit it does nothing more.
class Reader {
 public:
  explicit Reader(const dom::object& object) : object_(object) {}

  template <class T>
  void operator()(std::string_view name, T& member) {
    read_member(name, member, misfit("is missing"));
  }

  // As core/fields.h says of these members.
  template <class T>
  void later(std::string_view name, T& member) {
    read_member(name, member, std::nullopt);
  }

  [[nodiscard]] Read take() && { return std::move(result_); }

 private:
  template <class T>
  void read_member(std::string_view name, T& member, const Read& when_missing) {
    if (result_) return;
    dom::element json;
    auto wrong = object_.at_key(name).get(json) ? when_missing : read(json, member);
    if (wrong) result_ = below(std::string(name), *std::move(wrong));
  }

  dom::object object_;
  Read result_;
};

template <class T>
Read read_vector(const dom::element& json, std::vector<T>& out) {
  dom::array array;
  if (json.get(array)) return misfit("is not a list");
  out.clear();
  for (const auto& element : array) {
    T value{};
    if (auto wrong = read(element, value)) return below(fmt::format("[{}]", out.size()), *std::move(wrong));
    out.push_back(std::move(value));
  }
  return {};
}

template <class T>
Read read(const dom::element& json, T& out) {
  if constexpr (std::is_same_v<T, RepoPath>) {
    return read_path(json, out);
  } else if constexpr (is_strong_string<T>) {
    std::string text;
    auto wrong = read_text(json, text);
    out = T(std::move(text));
    return wrong;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return read_text(json, out);
  } else if constexpr (std::is_enum_v<T>) {
    return read_enum(json, out);
  } else if constexpr (std::is_same_v<T, bool>) {
    return json.get(out) ? misfit("is neither true nor false") : std::nullopt;
  } else if constexpr (std::is_integral_v<T>) {
    return read_integer(json, out);
  } else if constexpr (std::is_floating_point_v<T>) {
    return json.get(out) ? misfit("is not a number") : std::nullopt;
  } else if constexpr (is_vector<T>) {
    return read_vector(json, out);
  } else {
    dom::object object;
    if (json.get(object)) return misfit("is not an object");
    Reader reader(object);
    fields(reader, out);
    return std::move(reader).take();
  }
}

template <class T>
std::string encode_value(const T& value) {
  Writer writer;
  writer.put(value);
  return std::move(writer).take();
}

template <class T>
Result<T> decode_value(std::string_view text) {
  dom::parser parser;
  dom::element json;
  if (const auto error = parser.parse(text.data(), text.size()).get(json))
    return Error(fmt::format("not JSON: {}", simdjson::error_message(error)));
  T value{};
  const auto wrong = read(json, value);
  if (!wrong) return value;
  if (wrong->path.empty()) return Error(fmt::format("the stored value {}", wrong->problem));
  return Error(fmt::format("member '{}' {}", wrong->path, wrong->problem));
}

using EventDecoder = Result<core::EventBody> (*)(std::string_view);

template <class T>
Result<core::EventBody> decode_body(std::string_view text) {
  PAR_ASSIGN(auto value, decode_value<T>(text));
  return core::EventBody(std::move(value));
}

using DecoderTable = std::map<std::string_view, EventDecoder>;

template <std::size_t... I>
DecoderTable make_decoders(std::index_sequence<I...>) {
  return {{core::kind_of(core::EventBody(std::in_place_index<I>)),
           &decode_body<std::variant_alternative_t<I, core::EventBody>>}...};
}

// The decoder of the event kind with that name; null for a kind that does not exist.
EventDecoder find_decoder(std::string_view kind) {
  static const auto table = make_decoders(std::make_index_sequence<std::variant_size_v<core::EventBody>>{});
  const auto found = table.find(kind);
  return found == table.end() ? nullptr : found->second;
}

}  // namespace

std::string encode(const core::Plan& plan) { return encode_value(plan); }

Result<core::Plan> decode_plan(std::string_view text) { return decode_value<core::Plan>(text); }

std::string encode(const core::PlanHead& head) { return encode_value(head); }

Result<core::PlanHead> decode_head(std::string_view text) { return decode_value<core::PlanHead>(text); }

std::string encode(const core::EventBody& body) {
  return std::visit([](const auto& event) { return encode_value(event); }, body);
}

Result<core::EventBody> decode_event(std::string_view kind, std::string_view text) {
  const auto decoder = find_decoder(kind);
  if (decoder == nullptr) return Error(fmt::format("unknown kind of event '{}'", display_text(kind)));
  return decoder(text);
}

std::string encode(const core::ValidationResult& result) { return encode_value(result); }

Result<core::ValidationResult> decode_result(std::string_view text) {
  return decode_value<core::ValidationResult>(text);
}

std::string encode(const core::Item& item) { return encode_value(item); }

Result<core::Item> decode_item(std::string_view text) { return decode_value<core::Item>(text); }

std::string encode(const core::AgentWork& work) { return encode_value(work); }

Result<core::AgentWork> decode_work(std::string_view text) { return decode_value<core::AgentWork>(text); }

}  // namespace par::store
