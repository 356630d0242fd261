// The sample project of `git par demo`: a small program in shell with a test script, and four scripted
// agents.
#pragma once

#include <span>
#include <string_view>

namespace par::cli {

struct DemoFile {
  std::string_view path;
  std::string_view content;
  bool executable = false;
};

[[nodiscard]] std::span<const DemoFile> demo_files();

}  // namespace par::cli
