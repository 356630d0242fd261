// The forge of a sandbox: the stand-in tests/forge/server.py in the background, with the bare repository of
// octo/widget behind it. The real gh talks to it through its unix socket, the real git pushes to the
// repository.
#pragma once

#include <string>
#include <vector>

#include "support/sandbox.h"

namespace par::test {

class Forge {
 public:
  // Its repository holds the sandbox's main, which follows main of the remote `origin` from now on.
  explicit Forge(Sandbox& sandbox);
  Forge(const Forge&) = delete;
  Forge& operator=(const Forge&) = delete;
  ~Forge();

  // One of the files that script it (server.py).
  void script(const std::string& name, const std::string& content) const;
  // What it was asked for so far: "list par/r1-...", "create par/r1-..."; nothing twice: what is returned is
  // forgotten.
  [[nodiscard]] std::vector<std::string> take_requests() const;
  // `git` in its repository.
  std::string git(const std::string& args) const;
  // What gh's own API call says of a pull request: "title", "body".
  [[nodiscard]] std::string field(int number, const std::string& name) const;

 private:
  const Sandbox& sandbox_;
  std::string pid_;
};

}  // namespace par::test
