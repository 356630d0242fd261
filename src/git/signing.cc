#include "git/signing.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/strings.h"
#include "git/command.h"

namespace par::git {
namespace {

// As git takes an identity from its environment.
void add_identity(std::vector<std::string>& environment, std::string_view role, const Signature& who) {
  const int offset = std::abs(who.offset_minutes);
  environment.push_back(fmt::format("GIT_{}_NAME={}", role, who.name));
  environment.push_back(fmt::format("GIT_{}_EMAIL={}", role, who.email));
  environment.push_back(fmt::format("GIT_{}_DATE=@{} {}{:02}{:02}", role, who.when,
                                    who.offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60));
}

}  // namespace

Result<ObjectId> write_signed_commit(const Repository& repository, const NewCommit& commit) {
  CommandOptions options = in_repository(repository);
  options.user_context = true;
  options.cwd = repository.work_tree.empty() ? repository.common_dir : repository.work_tree;
  options.input = commit.message;
  options.environment = {"GIT_NO_REPLACE_OBJECTS=1", "SSH_ASKPASS_REQUIRE=force"};
  add_identity(options.environment, "AUTHOR", commit.author);
  add_identity(options.environment, "COMMITTER", commit.committer);
  std::vector<std::string> args;
  const std::string encoding = commit.encoding.empty() ? "UTF-8" : commit.encoding;
  args.insert(args.end(), {"-c", "i18n.commitEncoding=" + encoding, "commit-tree", "-S"});
  for (const auto& parent : commit.parents) args.insert(args.end(), {"-p", parent.str()});
  args.insert(args.end(), {"-F", "-", commit.tree.str()});
  PAR_ASSIGN(const auto finished, run_git(args, options));
  ObjectId written{std::string(trim(finished.out))};
  if (finished.exit_code == 0 && !written.empty()) return written;
  Error error = command_failed("commit-tree", finished).within("a commit could not be signed");
  if (commit.author.name.empty())
    return std::move(error).hint(
        "git signs no commit whose author has no name: land its branch by '--strategy merge', or leave it "
        "out");
  return std::move(error)
      .hint(
          "'git config commit.gpgSign' says that commits are signed: see 'user.signingKey' in git-config(1)")
      .hint("a key with a passphrase has to be in an agent: 'ssh-add', or gpg-agent(1)");
}

}  // namespace par::git
