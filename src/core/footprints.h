// The files that items change, as numbers: what planning over many items works on. Owns a copy of each path,
// once; knows nothing of agents.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/folding.h"
#include "core/config.h"

namespace par::core {

using ItemIndex = std::uint32_t;
using FileIndex = std::uint32_t;
inline constexpr FileIndex kNoFile = 0xffffffff;

// Lists of numbers for each number from 0 on, in two blocks of memory.
class IndexLists {
 public:
  // `lengths` of the lists to come; then `add` fills each, in order.
  explicit IndexLists(const std::vector<std::uint32_t>& lengths);
  void add(std::uint32_t list, std::uint32_t value) { values_[fill_[list]++] = value; }

  [[nodiscard]] std::span<const std::uint32_t> operator[](std::uint32_t list) const {
    return {values_.data() + begin_[list], values_.data() + begin_[list + 1]};
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(begin_.size() - 1); }

 private:
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> fill_;
  std::vector<std::uint32_t> values_;
};

class Footprints {
 public:
  // Files are numbered in the order in which the items first name them; a file that an item names twice
  // counts once. Paths that fold to the same name are one file. O(mentions).
  // `companions`: by item, files that it is expected to change besides its own; they count as its own behind
  // them. Empty: there are none.
  explicit Footprints(const std::vector<Item>& items, Folding folding = {},
                      const std::vector<std::vector<RepoPath>>& companions = {});

  [[nodiscard]] std::uint32_t item_count() const { return files_.size(); }
  [[nodiscard]] std::uint32_t file_count() const { return items_.size(); }
  [[nodiscard]] std::span<const FileIndex> files_of(ItemIndex item) const { return files_[item]; }
  [[nodiscard]] std::span<const ItemIndex> items_of(FileIndex file) const { return items_[file]; }
  // As it was first named.
  [[nodiscard]] std::string_view path(FileIndex file) const {
    return std::string_view(text_).substr(begin_[file], begin_[file + 1] - begin_[file]);
  }
  // The nearest file that is a directory of this one, as where one item names "src/lib" and another
  // "src/lib/x"; kNoFile: there is none.
  [[nodiscard]] FileIndex directory_of(FileIndex file) const { return directory_[file]; }

 private:
  struct Numbers;
  explicit Footprints(const Numbers& numbers);
  static Numbers number_files(const std::vector<Item>& items, Folding folding,
                              const std::vector<std::vector<RepoPath>>& companions);

  IndexLists files_;
  IndexLists items_;
  std::string text_;
  std::vector<std::size_t> begin_;
  std::vector<FileIndex> directory_;
};

}  // namespace par::core
