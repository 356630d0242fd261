#include "base/ids.h"

#include <algorithm>

namespace par {

bool is_valid_name(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  const bool charset = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
  return charset && text.front() != '.' && text.front() != '-' && text.back() != '.' &&
         !text.ends_with(".lock") && text.find("..") == std::string_view::npos;
}

std::string short_name(const RefName& ref) {
  static constexpr std::string_view kHeads = "refs/heads/";
  return ref.str().starts_with(kHeads) ? ref.str().substr(kHeads.size()) : ref.str();
}

std::string short_oid(const ObjectId& oid) { return oid.str().substr(0, 10); }

}  // namespace par
