// An installed git par is found by man, git and the shells.
#include "base/strings.h"
#include "os/files.h"
#include "os/process.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool missing(const std::string& program) {
  if (os::find_program(program)) return false;
  WARN("skipped: " << program << " is not installed");
  return true;
}

// As `cmake --install` puts it.
std::string install(const Sandbox& sandbox) {
  const auto prefix = sandbox.root() + "/prefix";
  const auto done = sandbox.shell("cmake --install " + shell_quote(os::parent_directory(PAR_PROGRAM)) +
                                  " --prefix " + shell_quote(prefix));
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  return prefix;
}

}  // namespace

TEST_CASE("install: everything is where git, man and the shells look for it") {
  const Sandbox sandbox;
  const auto prefix = install(sandbox);
  for (const auto* path :
       {"/bin/git-par", "/share/man/man1/git-par.1", "/share/man/man1/git-par-run.1",
        "/share/man/man5/gitpar.toml.5", "/share/man/man7/gitpar-patterns.7",
        "/share/man/man7/gitpar-agents.7", "/share/bash-completion/completions/git-par",
        "/share/fish/vendor_completions.d/git-par.fish", "/share/fish/vendor_conf.d/git-par.fish"}) {
    CAPTURE(path);
    CHECK(os::exists(prefix + path));
  }
  CHECK(sandbox.shell("find " + prefix + "/share/zsh -name _git-par | wc -l").out == "1\n");
  CHECK(sandbox.shell(prefix + "/bin/git-par --version").exit_code == 0);
}

TEST_CASE("man: 'git par --help' shows the page of an installed git par") {
  if (missing("man")) return;
  Sandbox sandbox;
  const auto prefix = install(sandbox);
  sandbox.set("PATH", prefix + "/bin:/usr/bin:/bin");
  sandbox.set("MANPATH", prefix + "/share/man");
  sandbox.set("MANPAGER", "cat");
  const auto shown = sandbox.shell("git par --help | cat");
  CHECK(shown.out.find("git-par - change one repository in parallel") != std::string::npos);
  CHECK(shown.out.find("COMMANDS") != std::string::npos);
  CHECK(sandbox.shell("man -w git-par-run").out == prefix + "/share/man/man1/git-par-run.1\n");
  CHECK(sandbox.shell("man -w 5 gitpar.toml").out == prefix + "/share/man/man5/gitpar.toml.5\n");
  CHECK(sandbox.shell("man -w 7 gitpar-patterns").out == prefix + "/share/man/man7/gitpar-patterns.7\n");
  CHECK(sandbox.shell("git-par --help | cat").out.find("COMMANDS") != std::string::npos);
}

TEST_CASE("man: the pages are clean") {
  const Sandbox sandbox;
  if (!missing("man")) {
    const auto done = sandbox.shell("for page in " PAR_SOURCE_DIR
                                    "/man/*; do man --warnings -E UTF-8 -l \"$page\" 2>&1 >/dev/null; done");
    CHECK(done.out == "");
  }
  // The date is left empty on purpose: pages are made anew with every build, and must not change by that.
  if (!missing("mandoc"))
    CHECK(sandbox.shell("mandoc -Tlint -W warning " PAR_SOURCE_DIR "/man/* | grep -v 'missing date'").out ==
          "");
}

TEST_CASE("man: every command has a page, every page a command") {
  const Sandbox sandbox;
  const auto commands =
      split_terminated(sandbox.shell("git par --complete -- '' | cut -f1 | sort").out, '\n');
  const auto pages = split_terminated(
      sandbox.shell("ls " PAR_SOURCE_DIR "/man | sed -n 's/^git-par-\\(.*\\)\\.1$/\\1/p' | sort").out, '\n');
  CHECK(commands == pages);
}
