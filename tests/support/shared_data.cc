#include "support/shared_data.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "base/strings.h"

namespace par::test {
namespace {

bool is_readable(const std::string& file) {
  std::FILE* opened = std::fopen(file.c_str(), "rb");
  if (opened != nullptr) std::fclose(opened);
  return opened != nullptr;
}

std::string find_shared(const std::string& name) {
  std::vector<std::string> places{PAR_SOURCE_DIR "/../shared/data", PAR_SOURCE_DIR "/../../shared/data"};
  if (const char* asked = std::getenv("PAR_BENCH_DATA")) places = {asked};  // NOLINT: no threads
  for (const auto& place : places)
    if (const auto file = place + "/" + name + ".zst"; is_readable(file)) return file;
  return "";
}

}  // namespace

std::vector<std::string> shared_lines(const std::string& name) {
  const std::string file = find_shared(name);
  std::FILE* lines = file.empty() ? nullptr : popen(("zstd -dcq " + shell_quote(file)).c_str(), "r");
  std::string text;
  std::array<char, 1U << 16U> buffer{};
  while (lines != nullptr) {
    const auto size = std::fread(buffer.data(), 1, buffer.size(), lines);
    if (size == 0) break;
    text.append(buffer.data(), size);
  }
  if (lines != nullptr) pclose(lines);
  return split_terminated(text, '\n');
}

std::vector<core::Item> topics_of(const std::vector<std::string>& lines) {
  std::vector<core::Item> items;
  for (const auto& line : lines) {
    const auto parts = split(line, '"');  // what stands between quotes has the odd numbers
    core::Item item;
    item.id = ItemId(parts.at(3));
    for (std::size_t i = 7; i < parts.size(); i += 2) item.files.emplace_back(parts[i]);
    items.push_back(std::move(item));
  }
  return items;
}

std::vector<RepoPath> paths_of(const std::vector<core::Item>& items) {
  std::set<RepoPath> paths;
  for (const auto& item : items) paths.insert(item.files.begin(), item.files.end());
  return {paths.begin(), paths.end()};
}

}  // namespace par::test
