#include "app/codeowners_file.h"

#include <fmt/format.h>

#include <utility>

namespace par::app {
namespace {

std::vector<std::string> warnings_of(const RepoPath& path, const core::Codeowners& content) {
  std::vector<std::string> warnings;
  for (const auto& problem : content.problems)
    warnings.push_back(problem.line == 0
                           ? fmt::format("{}: {}", path.str(), problem.message)
                           : fmt::format("{}:{}: {}", path.str(), problem.line, problem.message));
  return warnings;
}

}  // namespace

Result<std::optional<CodeownersFile>> find_codeowners(const Project& project, const ObjectId& commit) {
  for (const char* place : {".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}) {
    const RepoPath path(place);
    PAR_ASSIGN(const auto text, project.objects->file_at(commit, path));
    if (!text) continue;
    auto content = core::parse_codeowners(*text, core::guess_dialect(path.str(), *text));
    auto warnings = warnings_of(path, content);
    return std::optional(CodeownersFile{path, std::move(content), std::move(warnings)});
  }
  return std::optional<CodeownersFile>();
}

Result<CodeownersFile> read_codeowners(const Project& project, const ObjectId& commit) {
  PAR_ASSIGN(auto file, find_codeowners(project, commit));
  if (!file)
    return Error("there is no CODEOWNERS file")
        .hint("it is looked for in '.github', at the root, in 'docs' and in '.gitlab'");
  return *std::move(file);
}

}  // namespace par::app
