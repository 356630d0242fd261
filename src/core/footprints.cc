#include "core/footprints.h"

#include <algorithm>
#include <utility>

#include "core/path_numbers.h"

namespace par::core {

IndexLists::IndexLists(const std::vector<std::uint32_t>& lengths) : begin_(lengths.size() + 1) {
  for (std::size_t i = 0; i < lengths.size(); ++i) begin_[i + 1] = begin_[i] + lengths[i];
  fill_.assign(begin_.begin(), begin_.end() - 1);
  values_.resize(begin_.back());
}

// What one pass over the items finds.
struct Footprints::Numbers {
  std::vector<std::uint32_t> lengths;  // files by item
  std::vector<FileIndex> mentions;     // of all items, one after the other
  std::vector<std::uint32_t> uses;     // items by file
  std::vector<std::string_view> paths;
  std::vector<FileIndex> directories;
};

Footprints::Numbers Footprints::number_files(const std::vector<Item>& items, Folding folding,
                                             const std::vector<std::vector<RepoPath>>& companions) {
  Numbers numbers;
  PathNumbers path_numbers(folding);
  std::vector<ItemIndex> last_item;  // by file: the item that named it last, from 1
  const auto mention = [&](ItemIndex i, const RepoPath& file) {
    const auto [number, is_new] = path_numbers.add(file.str());
    if (is_new) {
      numbers.paths.push_back(file.str());
      numbers.uses.push_back(0);
      last_item.push_back(0);
    }
    if (std::exchange(last_item[number], i + 1) == i + 1) return;
    ++numbers.uses[number];
    numbers.mentions.push_back(number);
  };
  for (ItemIndex i = 0; i < items.size(); ++i) {
    const auto begin = numbers.mentions.size();
    for (const auto& file : items[i].files) mention(i, file);
    if (!companions.empty())
      for (const auto& file : companions[i]) mention(i, file);
    numbers.lengths.push_back(static_cast<std::uint32_t>(numbers.mentions.size() - begin));
  }
  for (const auto path : numbers.paths)
    numbers.directories.push_back(path_numbers.nearest_directory(path).value_or(kNoFile));
  return numbers;
}

Footprints::Footprints(const std::vector<Item>& items, Folding folding,
                       const std::vector<std::vector<RepoPath>>& companions)
    : Footprints(number_files(items, folding, companions)) {}

Footprints::Footprints(const Numbers& numbers)
    : files_(numbers.lengths), items_(numbers.uses), directory_(numbers.directories) {
  begin_.push_back(0);
  for (const auto path : numbers.paths) {
    text_ += path;
    begin_.push_back(text_.size());
  }
  std::size_t next = 0;
  for (ItemIndex i = 0; i < numbers.lengths.size(); ++i)
    for (std::uint32_t n = 0; n < numbers.lengths[i]; ++n) {
      const FileIndex file = numbers.mentions[next++];
      files_.add(i, file);
      items_.add(file, i);
    }
}

}  // namespace par::core
