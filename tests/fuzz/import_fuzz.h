// What holds of every import, whatever the bytes: the counts add up, ids and paths are what they promise to
// be, and the size of the chunks does not show.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string_view>

#include "import/findings.h"
#include "import/identity.h"
#include "import/paths.h"

namespace par::import {

inline Source in_chunks(std::string_view text, std::size_t chunk) {
  return [text, chunk](std::span<char> room) mutable -> Result<std::size_t> {
    const auto size = std::min({chunk, room.size(), text.size()});
    if (size != 0) std::memcpy(room.data(), text.data(), size);
    text.remove_prefix(size);
    return size;
  };
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void require_sound(const Imported& imported) {
  require(imported.records == imported.items.size() + imported.duplicates + imported.skipped + imported.bad);
  require(imported.first_bad.size() == std::min<std::uint64_t>(imported.bad, kBadRecordsKept));
  require(imported.complete || imported.bad > 0);
  std::set<ItemId> ids;
  for (const auto& item : imported.items) {
    require(is_valid_item_id(item.id.str()) && ids.insert(item.id).second);
    for (const auto& file : item.files) require(repository_path(file.str(), "") == file.str());
  }
}

inline int fuzz_import(Format format, const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ImportOptions options{format, "/work/repo", false};
  const auto whole = read_findings(in_chunks(text, text.size() + 1), "x", options);
  const auto pieces = read_findings(in_chunks(text, data[0] % 32U + 1U), "x", options);
  require(whole && pieces && *whole == *pieces);
  require_sound(*whole);
  const auto strict = read_findings(in_chunks(text, text.size() + 1), "x", {format, "/work/repo", true});
  require(strict.has_value() == (whole->bad == 0));
  static_cast<void>(read_findings(in_chunks(text, text.size() + 1), "x", {}));
  return 0;
}

}  // namespace par::import
