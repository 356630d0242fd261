// Signed commits against the same ones unsigned: a real ssh key, and git to verify them.
#include "git/signing.h"

#include <algorithm>

#include "base/strings.h"
#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;

namespace {

// False: there is no ssh-keygen that makes keys.
bool sign_with_ssh(const GitRepo& repo) {
  const std::string key = repo.directory() + "/key";
  const auto made = os::run({{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key}, "/", {}, "", false});
  if (!made || made->exit_code != 0) return false;
  repo.write(repo.directory() + "/signers", "me@example.com " + repo.read(key + ".pub"));
  repo.git({"config", "gpg.format", "ssh"});
  repo.git({"config", "user.signingKey", key});
  repo.git({"config", "gpg.ssh.allowedSignersFile", repo.directory() + "/signers"});
  return true;
}

// The object's text without its signature.
std::string unsigned_text(const GitRepo& repo, const ObjectId& commit) {
  auto text = repo.git({"cat-file", "commit", commit.str()});
  const auto begin = text.find("\ngpgsig ");
  const std::string_view last = "\n -----END SSH SIGNATURE-----";
  const auto end = text.find(last);
  if (begin == std::string::npos || end == std::string::npos) return "not signed";
  return text.erase(begin, end + last.size() - begin);
}

}  // namespace

TEST_CASE("signing: a commit is the one that it is unsigned, with a signature that git verifies") {
  const GitRepo repo;
  const ObjectId base(repo.commit("base"));
  const git::Repository repository = value_of(git::discover(repo.root()));
  auto objects = value_of(git::Objects::open(repository.common_dir));
  if (!sign_with_ssh(repo)) {
    WARN("no ssh-keygen: skipped");
    return;
  }
  const git::Signature author{"Änne O'Hara", "anne@example.com", 4102444800, -150};
  const git::Signature latin{"J\xf6rg", "j@example.com", 1, 825};
  const git::Signature who{"me", "me@example.com", 1700000000, 60};
  const ObjectId tree = value_of(objects.commit(base)).tree;
  const std::vector<git::NewCommit> commits{{tree, {base}, "plain\n\nPar-Run: r1\n", author, who},
                                            {tree, {base}, "\n\n  # no comment\r\n\tx  \n\n\n", author, who},
                                            {tree, {}, "", author, who},
                                            {tree,
                                             {base},
                                             "Gr\xfc\xdf"
                                             "e\n",
                                             latin,
                                             who,
                                             "ISO-8859-1"}};
  for (const auto& commit : commits) {
    INFO(commit.message);
    const auto without = value_of(objects.write_commit(commit));
    const auto with = value_of(git::write_signed_commit(repository, commit));
    CHECK(with != without);
    CHECK(unsigned_text(repo, with) == repo.git({"cat-file", "commit", without.str()}));
    CHECK_NOTHROW(repo.git({"verify-commit", with.str()}));
  }
}

TEST_CASE("signing: an author without a name is said to be what git does not sign") {
  const GitRepo repo;
  const ObjectId base(repo.commit("base"));
  const git::Repository repository = value_of(git::discover(repo.root()));
  const auto objects = value_of(git::Objects::open(repository.common_dir));
  const git::Signature who{"me", "me@example.com", 1, 0};
  const auto tree = value_of(objects.commit(base)).tree;
  const auto commit =
      git::write_signed_commit(repository, {tree, {base}, "x\n", {"", "only@example.com", 1, 0}, who});
  REQUIRE_FALSE(commit);
  CHECK(commit.error().message == "a commit could not be signed");
  REQUIRE(commit.error().hints.size() == 1);
  CHECK(commit.error().hints.front().find("whose author has no name") != std::string::npos);
}
