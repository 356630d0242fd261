// The bytes of a pack file and of its index: written once and read soon, until git packs it anew. Nothing is
// compressed; what is much like something before it is stored as what differs. Internal to git/.
#pragma once

#include <git2.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace par::git {

struct PackFiles {
  std::string name;  // "pack-<checksum>", to which ".pack" and ".idx" are added
  std::string pack;
  std::string index;
};

class PackText {
 public:
  // Exactly `objects` objects will be added, which hold about `bytes` bytes.
  PackText(std::size_t objects, std::size_t bytes);
  // Returns where it begins.
  std::uint32_t add(const git_oid& id, git_object_t type, std::string_view content);
  // The same, of the type of the object that begins at `base`, as the difference from its content.
  std::uint32_t add_difference(const git_oid& id, std::uint32_t base, std::string_view base_content,
                               std::string_view content);
  [[nodiscard]] PackFiles take() &&;

 private:
  struct Entry {
    git_oid id{};
    std::uint32_t begin = 0;
  };

  std::uint32_t begin(const git_oid& id);
  [[nodiscard]] std::string index(std::string_view pack_checksum);

  std::string text_;
  std::vector<Entry> entries_;
};

}  // namespace par::git
