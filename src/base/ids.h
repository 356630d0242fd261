// Strong identifiers: one type per meaning, so that an agent's name never stands where a ref is wanted.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace par {

template <class Tag>
class StrongString {
 public:
  StrongString() = default;
  explicit StrongString(std::string text) : text_(std::move(text)) {}
  explicit StrongString(std::string_view text) : text_(text) {}
  explicit StrongString(const char* text) : text_(text) {}

  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  [[nodiscard]] const char* c_str() const noexcept { return text_.c_str(); }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  auto operator<=>(const StrongString&) const = default;

 private:
  std::string text_;
};

using AgentName = StrongString<struct AgentNameTag>;  // [a-z0-9._-]{1,64}
using RunId = StrongString<struct RunIdTag>;          // r1, r2, ...
using ItemId = StrongString<struct ItemIdTag>;        // [A-Za-z0-9._-]{1,64}
using PlanId = StrongString<struct PlanIdTag>;        // p- and the start of the SHA-256 of the plan's text
using RefName = StrongString<struct RefNameTag>;      // full: refs/heads/main
using ObjectId = StrongString<struct ObjectIdTag>;    // 40 hex digits
using RepoPath = StrongString<struct RepoPathTag>;    // bytes, relative to the repository root, '/' between

// Names that may stand in refs, file names and completion: [a-z0-9._-]{1,64}, no leading '.' or '-', no
// trailing '.' or '.lock', no '..'.
[[nodiscard]] bool is_valid_name(std::string_view text);

// refs/heads/main -> main; anything else as it is.
[[nodiscard]] std::string short_name(const RefName& ref);
// The first ten digits, for people.
[[nodiscard]] std::string short_oid(const ObjectId& oid);

}  // namespace par

template <class Tag>
struct std::hash<par::StrongString<Tag>> {
  std::size_t operator()(const par::StrongString<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
