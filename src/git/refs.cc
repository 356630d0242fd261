#include "git/refs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "git/command.h"

namespace par::git {
namespace {

const std::string kNoObject(40, '0');

// Refs of our own are plain: one that somebody made symbolic must not lead us to another branch.
bool is_ours(const RefName& ref) {
  return ref.str().starts_with("refs/par/") || ref.str().starts_with("refs/heads/par/");
}

std::string zero_if_empty(const ObjectId& oid) { return oid.empty() ? kNoObject : oid.str(); }

std::string no_deref_if_ours(const RefName& ref) {
  return is_ours(ref) ? std::string("option no-deref\0", 16) : std::string();
}

// One `update` or `delete` of update-ref --stdin -z, with the value that the ref must have.
std::string update_command(const RefName& ref, const ObjectId& from, const ObjectId& to) {
  return no_deref_if_ours(ref) + fmt::format("update {}", ref.str()) + '\0' + to.str() + '\0' +
         zero_if_empty(from) + '\0';
}

std::string delete_command(const RefName& ref, const ObjectId& expected) {
  return no_deref_if_ours(ref) + fmt::format("delete {}", ref.str()) + '\0' + expected.str() + '\0';
}

Result<os::Finished> update_refs(const Repository& repository, std::string commands, const std::string& why) {
  std::vector<std::string> args{"update-ref"};
  if (!why.empty()) args.insert(args.end(), {"-m", why});
  args.insert(args.end(), {"--stdin", "-z"});
  CommandOptions options = in_repository(repository);
  options.input = std::move(commands);
  return run_git(args, options);
}

}  // namespace

Result<std::vector<std::pair<RefName, ObjectId>>> list_refs(const Repository& repository,
                                                            const std::string& prefix) {
  // A pattern with a trailing '/' or a whole name; "refs/par/r1" also takes what lies below it.
  PAR_ASSIGN(const std::string out, git_output({"for-each-ref", "--format=%(objectname) %(refname)", prefix},
                                               in_repository(repository)));
  std::vector<std::pair<RefName, ObjectId>> refs;
  for (const auto& line : split_terminated(out, '\n')) {
    const auto space = line.find(' ');
    if (space != std::string::npos)
      refs.emplace_back(RefName(line.substr(space + 1)), ObjectId(line.substr(0, space)));
  }
  std::sort(refs.begin(), refs.end());
  return refs;
}

Result<std::optional<ObjectId>> read_ref(const Repository& repository, const RefName& ref) {
  PAR_ASSIGN(auto tip, read_tip(repository, ref));
  return std::move(tip.commit);
}

Result<RefTip> read_tip(const Repository& repository, const RefName& ref) {
  PAR_ASSIGN(const std::string out,
             git_output({"for-each-ref", "--format=%(objectname) %(symref) %(refname)", ref.str()},
                        in_repository(repository)));
  for (const auto& line : split_terminated(out, '\n')) {
    const auto parts = split(line, ' ');
    if (parts.size() != 3 || parts[2] != ref.str()) continue;
    return RefTip{ObjectId(parts[0]), parts[1].empty() ? ref : RefName(parts[1])};
  }
  return RefTip{std::nullopt, ref};
}

Result<std::optional<ObjectId>> resolve_commit(const Repository& repository, const std::string& revision) {
  PAR_ASSIGN(const auto finished,
             run_git({"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"},
                     in_repository(repository)));
  const auto oid = trim(finished.out);
  if (finished.exit_code != 0 || oid.size() != kNoObject.size()) return std::optional<ObjectId>();
  return std::optional(ObjectId(oid));
}

Result<Swap> swap_ref(const Repository& repository, const RefName& ref, const ObjectId& from,
                      const ObjectId& to, const std::string& why) {
  PAR_ASSIGN(const auto finished, update_refs(repository, update_command(ref, from, to), why));
  if (finished.exit_code == 0) return Swap::moved;
  PAR_ASSIGN(const auto now, read_ref(repository, ref));
  if (now == to) return Swap::moved;
  // Still as expected, and yet not moved: that is no lost race.
  if (now.value_or(ObjectId()) == from) {
    return command_failed("update-ref", finished)
        .within(fmt::format("cannot move '{}'", display_text(ref.str())));
  }
  return Swap::lost;
}

Result<void> set_refs(const Repository& repository, const std::vector<std::pair<RefName, ObjectId>>& refs) {
  if (refs.empty()) return {};
  std::string commands;
  for (const auto& [ref, to] : refs)
    commands += no_deref_if_ours(ref) + fmt::format("update {}", ref.str()) + '\0' + to.str() + '\0' + '\0';
  PAR_ASSIGN(const auto finished, update_refs(repository, std::move(commands), ""));
  if (finished.exit_code == 0) return {};
  PAR_ASSIGN(const auto all, list_refs(repository, "refs/par/"));
  const std::map<RefName, ObjectId> now(all.begin(), all.end());
  for (const auto& [ref, to] : refs) {
    const auto found = now.find(ref);
    if (found == now.end() || found->second != to)
      return command_failed("update-ref", finished).within(fmt::format("cannot set '{}'", ref.str()));
  }
  return {};
}

Result<Swap> delete_ref(const Repository& repository, const RefName& ref, const ObjectId& expected) {
  PAR_ASSIGN(const auto finished, update_refs(repository, delete_command(ref, expected), ""));
  if (finished.exit_code == 0) return Swap::moved;
  PAR_ASSIGN(const auto now, read_ref(repository, ref));
  if (!now) return Swap::moved;
  if (*now == expected) {
    return command_failed("update-ref", finished)
        .within(fmt::format("cannot delete '{}'", display_text(ref.str())));
  }
  return Swap::lost;
}

Result<void> delete_refs(const Repository& repository, const std::string& prefix) {
  PAR_ASSIGN(const auto refs, list_refs(repository, prefix));
  if (refs.empty()) return {};
  std::string commands;
  for (const auto& [ref, oid] : refs) commands += delete_command(ref, oid);
  PAR_ASSIGN(const auto finished, update_refs(repository, std::move(commands), ""));
  if (finished.exit_code == 0) return {};
  PAR_ASSIGN(const auto left, list_refs(repository, prefix));
  if (left.empty()) return {};
  return command_failed("update-ref", finished)
      .within(fmt::format("cannot delete the refs below '{}'", prefix));
}

}  // namespace par::git
