// Commits that land are signed as git is configured: real git, a scripted signing program.
#include "base/strings.h"
#include "support/catch.h"
#include "support/forge.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Signs like gpg, each time differently; or fails like it, while the file is there.
void sign_with_script(const Sandbox& sandbox) {
  const std::string failing = sandbox.root() + "/failing";
  const std::string count = sandbox.root() + "/count";
  const auto made =
      sandbox.shell("cat > ../signer <<'EOF'\n#!/bin/sh\ntest ! -e " + failing +
                    " || { echo 'no secret key' >&2; exit 2; }\ncat > /dev/null\necho >> " + count +
                    "\nprintf -- '-----BEGIN PGP SIGNATURE-----\\n\\n%s\\n-----END PGP SIGNATURE-----\\n' "
                    "$(wc -l < " +
                    count + ")\necho '[GNUPG:] SIG_CREATED D' >&2\nEOF\nchmod +x ../signer");
  REQUIRE(made.exit_code == 0);
  sandbox.git({"config", "commit.gpgSign", "on"});
  sandbox.git({"config", "user.signingKey", "me"});
  sandbox.git({"config", "gpg.program", sandbox.root() + "/signer"});
}

// A project of one branch, which changes one file.
void make_branch_a(const Sandbox& sandbox) {
  sandbox.write(".gitpar.toml", "target = \"main\"\n");
  sandbox.commit_all("base");
  sandbox.git({"checkout", "-q", "-b", "a"});
  sandbox.write("src/a", "x\n");
  sandbox.commit_all("a");
  sandbox.git({"checkout", "-q", "main"});
}

std::string header_of(const Sandbox& sandbox, const std::string& commit) {
  const auto text = sandbox.git({"cat-file", "commit", commit});
  return text.substr(0, text.find("\n\n"));
}

}  // namespace

TEST_CASE("signing: what lands, and what takes it off again, or nothing moves") {
  const std::string strategy = GENERATE("merge", "squash", "rebase", "single");
  INFO(strategy);
  Sandbox sandbox;
  sandbox.write(".gitpar.toml", "target = \"main\"\nstrategy = \"" + strategy +
                                    "\"\n[[validate]]\nname = \"unit\"\nreruns = 0\nrun = \"true\"\n");
  sandbox.commit_all("base");
  const auto base = sandbox.git({"rev-parse", "main"});
  for (const std::string name : {"a", "b"}) {
    sandbox.git({"checkout", "-q", "-b", name, "main"});
    sandbox.write("src/" + name, "x\n");
    sandbox.git({"add", "-A"});
    sandbox.git({"commit", "-q", "--author", "Änne <anne@example.com>", "--date", "2001-02-03T04:05:06-0230",
                 "-m", "work of " + name});
  }
  sandbox.git({"checkout", "-q", "main"});
  sign_with_script(sandbox);

  sandbox.shell("touch ../failing");
  const auto merge = sandbox.par({"merge", "--branches", "?"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 128);
  CHECK(has(merge.err, "fatal: a commit could not be signed\n"));
  CHECK(has(merge.err, "gpg failed to sign the data"));
  CHECK(sandbox.git({"rev-parse", "main"}) == base);
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.shell("rm ../failing");
  CHECK(sandbox.par({"resume"}).exit_code == 0);
  CHECK(sandbox.par({"rollback", "--landed", "a"}).exit_code == 0);
  for (const auto& commit :
       split_terminated(sandbox.git({"rev-list", "--first-parent", base + "..main"}) + "\n", '\n'))
    CHECK(has(header_of(sandbox, commit), "\ngpgsig -----BEGIN PGP SIGNATURE-----\n"));
  if (strategy == "rebase" || strategy == "squash") {
    CHECK(sandbox.git({"log", "-1", "--format=%an <%ae> %aI", "main~1"}) ==
          "Änne <anne@example.com> 2001-02-03T04:05:06-02:30");
    CHECK(sandbox.git({"log", "-1", "--format=%s", "main~1"}) == "work of b");
  }
  sandbox.assert_clean();
}

TEST_CASE("signing: killed anywhere, resume lands what was decided") {
  for (const std::string point : {"land.written", "journal.after.landingbuilt", "land.moved"}) {
    INFO("killed at " << point);
    Sandbox sandbox;
    make_branch_a(sandbox);
    sign_with_script(sandbox);
    sandbox.set("PAR_CRASH", point + "=kill");
    CHECK(sandbox.par({"merge", "--branches", "a"}).exit_code != 0);
    sandbox.unset("PAR_CRASH");
    CHECK(sandbox.par({"resume"}).exit_code == 0);
    CHECK(sandbox.git({"rev-list", "--count", "--first-parent", "main"}) == "2");
    CHECK(has(header_of(sandbox, "main"), "\ngpgsig "));
    sandbox.assert_clean();
  }
}

TEST_CASE("signing: what a pull request asks for is, too, or nothing is pushed") {
  Sandbox sandbox;
  make_branch_a(sandbox);
  const test::Forge forge(sandbox);
  sign_with_script(sandbox);
  sandbox.shell("touch ../failing");
  const auto merge = sandbox.par({"merge", "--branches", "a", "--pr"});
  CHECK(merge.exit_code == 128);
  CHECK(has(merge.err, "fatal: a commit could not be signed\n"));
  CHECK(forge.git("for-each-ref --format='%(refname)'") == "refs/heads/main");
  sandbox.shell("rm ../failing");
  CHECK(sandbox.par({"merge", "--pr"}).exit_code == 0);
  const auto asked = sandbox.git({"for-each-ref", "--format=%(objectname)", "refs/par/r1/pr"});
  CHECK(forge.git("for-each-ref --format='%(objectname)' refs/heads/par") == asked);
  CHECK(has(header_of(sandbox, asked), "\ngpgsig -----BEGIN PGP SIGNATURE-----\n"));
  sandbox.assert_clean();
}
