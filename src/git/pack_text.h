// The bytes of a pack file, without deltas and without compression: written once and read soon, until git
// packs it anew. Internal to git/.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace par::git {

class PackText {
 public:
  // Exactly `objects` objects will be added, which hold about `bytes` bytes.
  PackText(std::size_t objects, std::size_t bytes);
  // `type`: 1 commit, 2 tree, 3 blob, 4 tag.
  void add(unsigned type, std::string_view content);
  // With the checksum at its end.
  [[nodiscard]] std::string take() &&;

 private:
  std::string text_;
};

}  // namespace par::git
