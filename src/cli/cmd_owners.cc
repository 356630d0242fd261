// git par owners: who may change a path.
#include <fmt/format.h>

#include <memory>

#include "app/owning.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/report.h"

namespace par::cli {
namespace {

struct Options {
  app::OwnersOptions owners;
  bool check = false;
  std::size_t limit = 20;
};

std::string owners_line(const RepoPath& path, const std::vector<std::string>& owners) {
  return fmt::format("{}\t{}\n", quote_path(path.str()),
                     owners.empty() ? "-" : display_text(join(owners, " ")));
}

Result<int> list(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::open_project(invocation.cwd));
  std::string text;
  JsonWriter json;
  json.begin_object().member("schema", 1).key("paths").begin_array();
  PAR_ASSIGN(
      const auto source,
      app::list_owners(project, options.owners, [&](const RepoPath& path, const auto& owners) {
        if (invocation.json)
          json.begin_object().member("path", quote_path(path.str())).list("owners", owners).end_object();
        else
          text += owners_line(path, owners);
      }));
  for (const auto& warning : source.warnings) print_warning(display_text(warning));
  if (invocation.json)
    text = std::move(json.end_array().member("source", quote_path(source.name)).end_object()).take() + "\n";
  print_out(text);
  return 0;
}

std::string check_text(const app::OwnersCheck& check, std::size_t limit) {
  std::string text;
  for (std::size_t i = 0; i < check.overlaps.size() && i < limit; ++i) {
    const auto& overlap = check.overlaps[i];
    text += fmt::format("{} and {} can both {} '{}'\n", overlap.a.str(), overlap.b.str(),
                        overlap.kind == core::OverlapKind::file ? "change" : "add",
                        quote_path(overlap.witness.str()));
  }
  if (check.overlaps.size() > limit)
    text += fmt::format("and {} more overlaps\n", check.overlaps.size() - limit);
  for (std::size_t i = 0; i < check.unowned.size() && i < limit; ++i)
    text += fmt::format("'{}' has no owner\n", quote_path(check.unowned[i].str()));
  if (check.unowned.size() > limit) text += fmt::format("and {} more paths\n", check.unowned.size() - limit);
  return text + fmt::format("{}: {} paths, {} without an owner, {} overlaps\n", check.source.name,
                            check.paths, check.unowned.size(), check.overlaps.size());
}

std::string check_json(const app::OwnersCheck& check) {
  JsonWriter json;
  json.begin_object().member("schema", 1).member("source", quote_path(check.source.name));
  json.member("path_count", check.paths).key("overlaps").begin_array();
  for (const auto& overlap : check.overlaps) {
    json.begin_object().member("a", overlap.a.str()).member("b", overlap.b.str());
    json.member("witness", quote_path(overlap.witness.str()))
        .member("kind", name_of(overlap.kind))
        .end_object();
  }
  std::vector<std::string> unowned;
  for (const auto& path : check.unowned) unowned.push_back(quote_path(path.str()));
  return std::move(json.end_array().list("unowned_paths", unowned).end_object()).take() + "\n";
}

Result<int> check(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(const auto found, app::check_owners(project, options.owners));
  for (const auto& warning : found.source.warnings) print_warning(display_text(warning));
  if (invocation.json)
    print_out(check_json(found));
  else if (!invocation.quiet)
    print_out(check_text(found, options.limit));
  return found.is_clean() ? 0 : kExitNo;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("path", options->owners.paths, "paths, which need not exist yet; all of the target by default");
  line.flag("--check", options->check, "list what several agents could change, and what nobody owns");
  line.flag("--codeowners", options->owners.codeowners, "by CODEOWNERS, although there are agents");
  line.value("--target", options->owners.target, "the branch whose configuration and paths count")
      .value_name("<branch>");
  line.value("--limit", options->limit, "lines of each kind that --check prints (default 20)")
      .value_name("<n>");
  return [options](const Invocation& invocation) {
    return options->check ? check(*options, invocation) : list(*options, invocation);
  };
}

}  // namespace

Command owners_command() {
  return {
      "owners",
      Group::plan,
      "[<options>] [<path>...]",
      "show who owns a path",
      "Prints each path, a tab, and who may change it: the agents of '.gitpar.toml', or the owners in "
      "CODEOWNERS where there are no agents, with --codeowners, or with owners = \"CODEOWNERS\" in the "
      "configuration. Nobody is '-'. Both files are read from the tip of the target branch, as plans are "
      "made.\n\n"
      "CODEOWNERS is read as its host reads it: in '.github' as GitHub does, in '.gitlab' as GitLab does, "
      "elsewhere as its sections tell.\n\n"
      "With --check it proves instead that no two agents can change the same path, existing or not, or "
      "names one for each pair that can, and lists the paths that nobody owns.",
      {{"git par owners src/api/user.py", "who may change this file"},
       {"git par owners --check", "are all paths owned, by one agent each?"}},
      "0: printed; with --check: every path has an owner, and no two agents overlap. 1: with --check: not "
      "so.",
      configure};
}

}  // namespace par::cli
