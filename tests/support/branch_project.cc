#include "support/branch_project.h"

#include "base/strings.h"
#include "support/catch.h"

namespace par::test {

const std::string kNothingBroken = "! grep -rq broken src";

void write_project(const Sandbox& sandbox, const std::string& validation, const std::string& settings) {
  sandbox.write(".gitpar.toml", "target = \"main\"\n[[validate]]\nname = \"unit\"\n" + settings +
                                    "run = '''" + validation + "'''\n");
  for (const std::string name : {"a", "b", "c", "d"})
    if (const auto file = "src/" + name + "/file.txt"; sandbox.read(file).empty())
      sandbox.write(file, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  sandbox.commit_all("base");
}

void branch(const Sandbox& sandbox, const std::string& name, const std::string& command,
            const std::string& from) {
  const auto made = sandbox.shell("git checkout -q -b " + shell_quote(name) + " " + shell_quote(from) +
                                  " && " + command + " && git add -A && git commit -qm " +
                                  shell_quote("work of " + name) + "; git checkout -q main");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
}

std::string add_file(const std::string& directory, const std::string& content) {
  return "mkdir -p src/" + directory + " && echo " + content + " > src/" + directory + "/new.txt";
}

bool is_in(const Sandbox& sandbox, const std::string& directory) {
  return sandbox.shell("git cat-file -e main:src/" + directory + "/new.txt").exit_code == 0;
}

std::string tips(const Sandbox& sandbox) {
  return sandbox.git({"for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/"});
}

std::string first_parents(const Sandbox& sandbox) {
  return sandbox.git({"rev-list", "--count", "--first-parent", "main"});
}

std::string once_with(const Sandbox& sandbox, const std::string& file, const std::string& command) {
  const std::string mark = sandbox.root() + "/done";
  return "if test -e " + file + " -a ! -e " + mark + "; then touch " + mark + "; cd " + sandbox.repo() +
         " && " + command + "; fi";
}

}  // namespace par::test
