#include "support/sandbox.h"

#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/strings.h"
#include "support/catch.h"

namespace par::test {
namespace {

// A directory with `git-par` in it, so that `git par` finds the program under test.
const std::string& program_directory() {
  static const auto directory = [] {
    auto made = std::move(os::TemporaryDirectory::create("par-bin")).value();
    REQUIRE(symlink(PAR_PROGRAM, (made.path() + "/git-par").c_str()) == 0);
    return made;
  }();
  return directory.path();
}

// Process ids whose environment names the sandbox in a job of ours.
std::vector<std::string> leftover_processes(const std::string& root) {
  std::vector<std::string> found;
  const auto entries = os::list_directory("/proc");
  if (!entries) return found;
  for (const auto& entry : *entries) {
    if (entry.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file("/proc/" + entry + "/environ", std::ios::binary);
    const std::string environment((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const bool ours = environment.find("PAR_JOB=") != std::string::npos ||
                      environment.find("PAR_AGENT=") != std::string::npos;
    if (ours && environment.find(root) != std::string::npos) found.push_back(entry);
  }
  return found;
}

}  // namespace

Sandbox::Sandbox() : directory_(std::move(os::TemporaryDirectory::create("par-test")).value()) {
  REQUIRE(os::make_directories(repo()));
  REQUIRE(os::make_directories(root() + "/home"));
  git({"init", "-q", "--template=", "--initial-branch=main", "."});
}

os::Environment Sandbox::environment() const {
  std::map<std::string, std::string> variables{
      {"PATH", program_directory() + ":" + os::environment_variable("PATH").value_or("/usr/bin:/bin")},
      {"HOME", root() + "/home"},
      {"LC_ALL", "C"},
      {"TZ", "UTC"},
      {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"GIT_AUTHOR_NAME", "Ada"},
      {"GIT_AUTHOR_EMAIL", "ada@example.invalid"},
      {"GIT_AUTHOR_DATE", "2030-01-01T00:00:00Z"},
      {"GIT_COMMITTER_NAME", "Ada"},
      {"GIT_COMMITTER_EMAIL", "ada@example.invalid"},
      {"GIT_COMMITTER_DATE", "2030-01-01T00:00:00Z"},
      {"TMPDIR", root()},
  };
  // A sanitized build reports where it always does.
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
    if (const auto value = os::environment_variable(name)) variables[name] = *value;
  for (const auto& [name, value] : extra_) variables[name] = value;
  os::Environment environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

void Sandbox::write(const std::string& path, const std::string& content) const {
  const std::string full = repo() + "/" + path;
  REQUIRE(os::make_directories(os::parent_directory(full)));
  std::ofstream file(full, std::ios::binary | std::ios::trunc);
  file << content;
  REQUIRE(file.good());
}

std::string Sandbox::read(const std::string& path) const {
  return os::read_file(repo() + "/" + path).value_or("");
}

void Sandbox::commit_all(const std::string& message) const {
  git({"add", "-A"});
  git({"commit", "-q", "-m", message});
}

std::string Sandbox::git(std::vector<std::string> args) const {
  args.insert(args.begin(), "git");
  os::Command command;
  command.argv = std::move(args);
  command.cwd = repo();
  command.env = environment();
  const auto done = os::run(command);
  REQUIRE(done);
  INFO(join(command.argv, " ") << "\n" << done->out << done->err);
  REQUIRE(done->exit_code == 0);
  return std::string(trim(done->out));
}

os::Finished Sandbox::par(std::vector<std::string> args) const {
  args.insert(args.begin(), {"git", "par"});
  os::Command command;
  command.argv = std::move(args);
  command.cwd = repo();
  command.env = environment();
  auto done = os::run(command);
  REQUIRE(done);
  return std::move(done).value();
}

os::Finished Sandbox::shell(const std::string& text) const {
  os::Command command;
  command.argv = {"sh", "-c", text};
  command.cwd = repo();
  command.env = environment();
  auto done = os::run(command);
  REQUIRE(done);
  return std::move(done).value();
}

int Sandbox::start(const std::vector<std::string>& args) const {
  std::string line = "cd " + shell_quote(repo()) + " && { git-par";
  for (const auto& arg : args) line += " " + shell_quote(arg);
  line += " >" + shell_quote(root() + "/started.out") + " 2>" + shell_quote(root() + "/started.err") +
          " & } ; echo $!";
  return std::stoi(shell(line).out);
}

void Sandbox::assert_clean() const {
  CHECK(leftover_processes(root()).empty());
  CHECK(shell("find . -name '*.lock' -path './.git/*' ! -path './.git/par/*'").out == "");
  CHECK(shell("find . ../ -maxdepth 3 -name '*.tmp*'").out == "");
  CHECK(shell("git fsck --strict --no-dangling 2>&1").exit_code == 0);
}

std::string three_agents_config() {
  return R"(target = "main"

[policy]
jobs = 4

[[validate]]
name = "unit"
run  = "! grep -rq broken src"
reruns = 0

[agent.alpha]
owns = ["src/alpha/**"]
run  = "echo alpha > src/alpha/work.txt && git add -A && git commit -qm 'alpha: work'"

[agent.beta]
owns = ["src/beta/**"]
run  = "echo beta > src/beta/work.txt"

[agent.gamma]
owns  = ["src/gamma/**"]
after = ["alpha"]
run   = "cat src/alpha/work.txt > src/gamma/work.txt"
)";
}

void write_three_agents(const Sandbox& sandbox) {
  sandbox.write(".gitpar.toml", three_agents_config());
  for (const auto* name : {"alpha", "beta", "gamma"})
    sandbox.write(std::string("src/") + name + "/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

void write_two_directories(const Sandbox& sandbox, const std::string& agents) {
  sandbox.write(
      ".gitpar.toml",
      "target = \"main\"\n[[validate]]\nname = \"unit\"\nrun = \"! grep -rq broken src\"\nreruns = 0\n" +
          agents);
  sandbox.write("src/a/file.txt", "as it was\n");
  sandbox.write("src/b/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

std::string good_agent() {
  return "[agent.good]\nowns = [\"src/b/**\"]\nrun = \"echo good > src/b/good.txt\"\n";
}

}  // namespace par::test
