#include "support/forge.h"

#include "base/strings.h"
#include "support/catch.h"

namespace par::test {

Forge::Forge(Sandbox& sandbox) : sandbox_(sandbox) {
  const std::string& root = sandbox.root();
  REQUIRE(sandbox.shell("git clone -q --bare --single-branch -b main . ../octo/widget.git").exit_code == 0);
  // The transport of "git@github.com:octo/widget.git": its last argument is the command for the other side.
  sandbox.write("../ssh", "#!/bin/sh\nfor last; do :; done\ncd '" + root + "' && exec sh -c \"$last\"\n");
  sandbox.write("../gh/config.yml", "http_unix_socket: " + root + "/socket\n");
  REQUIRE(sandbox.shell("chmod +x ../ssh").exit_code == 0);
  sandbox.set("GIT_SSH_COMMAND", root + "/ssh");
  sandbox.set("GH_CONFIG_DIR", root + "/gh");
  sandbox.set("GH_TOKEN", "a-token");
  sandbox.git({"remote", "add", "origin", "git@github.com:octo/widget.git"});
  sandbox.git({"push", "-q", "-u", "origin", "main"});
  const auto started =
      sandbox.shell("python3 " + shell_quote(std::string(PAR_SOURCE_DIR) + "/tests/forge/server.py") + " " +
                    shell_quote(root) +
                    " >../forge.log 2>&1 </dev/null & pid=$!\n"
                    "while ! test -S ../socket && kill -0 $pid; do sleep 0.02; done; echo $pid");
  pid_ = trim(started.out);
  INFO(sandbox.shell("cat ../forge.log").out);
  REQUIRE(sandbox.shell("test -S ../socket").exit_code == 0);
}

Forge::~Forge() { static_cast<void>(sandbox_.shell("kill " + pid_)); }

void Forge::script(const std::string& name, const std::string& content) const {
  sandbox_.write("../" + name, content);
}

std::vector<std::string> Forge::take_requests() const {
  return split_terminated(sandbox_.shell("cat ../requests 2>/dev/null && rm ../requests").out, '\n');
}

std::string Forge::git(const std::string& args) const {
  const auto done = sandbox_.shell("git -C ../octo/widget.git " + args);
  INFO(args << "\n" << done.err);
  REQUIRE(done.exit_code == 0);
  return std::string(trim(done.out));
}

std::string Forge::field(int number, const std::string& name) const {
  const auto done =
      sandbox_.shell("gh api repos/octo/widget/pulls/" + std::to_string(number) + " --jq ." + name);
  INFO(done.err);
  REQUIRE(done.exit_code == 0);
  return std::string(trim(done.out));
}

}  // namespace par::test
