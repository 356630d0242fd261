// Directories that somebody without special rights closed or made read-only in a worktree. Each test is in a
// process of its own, which gives up the rights of root.
#include <sys/stat.h>
#include <unistd.h>

#include "support/forked.h"
#include "unit/git/run_fixture.h"

using namespace par;
using namespace par::test;

namespace {

// The number of the first check that failed; 0: none did. 255: an error.
template <class Work>
int as_user(const Work& work) {
  Forked user([&](int) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 254;
    return work();
  });
  return user.wait();
}

bool set_mode(const std::string& path, unsigned mode) { return ::chmod(path.c_str(), mode) == 0; }

}  // namespace

TEST_CASE("rights: read-only directories do not stand in the way of another attempt") {
  CHECK(as_user([] {
          RunFixture f;
          const std::string path = f.add(1, f.base);
          f.repo.write(path + "/mod/x/go.mod", "1");
          f.repo.write(path + "/tracked/file", "1");
          f.repo.commit("work", path);
          f.repo.write(path + "/mod/x/new", "2");
          for (const char* name : {"/mod/x", "/mod", "/tracked", ""})
            if (!set_mode(path + name, 0555)) return 1;
          if (f.add(2, f.base) != path) return 2;
          if (f.repo.has(path + "/mod") || f.repo.has(path + "/tracked")) return 3;
          if (!f.repo.git_in(path, {"status", "--porcelain"}).empty()) return 4;
          return f.repo.git({"show", "refs/par/salvage/r1/a/1:mod/x/new"}) == "2" ? 0 : 5;
        }) == 0);
}

TEST_CASE("rights: a clean place for validations is clean again, whatever was made read-only there") {
  CHECK(as_user([] {
          RunFixture f;
          const auto path = value_of(f.workspace.checkout_validation(f.base, {0, true}));
          f.repo.write(path + "/cache.ign/mod/x", "1");
          for (const char* name : {"/cache.ign/mod", "/cache.ign"})
            if (!set_mode(path + name, 0555)) return 1;
          if (!f.workspace.checkout_validation(f.base, {0, true})) return 2;
          return f.repo.has(path + "/cache.ign") ? 3 : 0;
        }) == 0);
}

TEST_CASE("rights: what git cannot look into is told, refused, and saved before it is removed") {
  CHECK(as_user([] {
          RunFixture f;
          const std::string path = f.add(1, f.base);
          f.repo.write(path + "/committed", "1");
          f.repo.commit("work", path);
          f.repo.write(path + "/closed/deep/file", "1");
          f.repo.write(path + "/cache.ign/file", "1");
          for (const char* name : {"/closed", "/cache.ign"})
            if (!set_mode(path + name, 0)) return 1;
          const auto facts = value_of(f.workspace.inspect_branch(f.agent, f.base));
          if (strings(facts.uncommitted) != std::vector<std::string>{"closed"}) return 2;
          const auto committed = f.workspace.commit_leftovers(f.agent);
          if (committed || committed.error().kind != ErrorKind::refused) return 3;
          if (committed.error().message != "git cannot take 'closed'") return 4;
          value_of(f.workspace.remove_agent(f.agent, f.base));
          if (f.repo.has(path)) return 5;
          return f.repo.git({"show", "refs/par/salvage/r1/a/1:closed/deep/file"}) == "1" ? 0 : 6;
        }) == 0);
}
