// A project without agents whose branches are landed: `git par merge --branches`.
#pragma once

#include <string>

#include "support/sandbox.h"

namespace par::test {

// Red when a file below src says "broken".
extern const std::string kNothingBroken;

// Commits to main: src/a/file.txt to src/d/file.txt, nine numbered lines each, where they are not there yet,
// and a configuration whose validation "unit" runs `validation`; `settings` are further lines of its section.
void write_project(const Sandbox& sandbox, const std::string& validation = kNothingBroken,
                   const std::string& settings = "reruns = 0\n");

// A branch at `from` with one commit of what the shell `command` does to the files; main is checked out then.
void branch(const Sandbox& sandbox, const std::string& name, const std::string& command,
            const std::string& from = "main");
// The command that makes src/<directory>/new.txt with this line.
[[nodiscard]] std::string add_file(const std::string& directory, const std::string& content = "x");

// Whether main holds src/<directory>/new.txt.
[[nodiscard]] bool is_in(const Sandbox& sandbox, const std::string& directory);
// The local branches and where they are.
[[nodiscard]] std::string tips(const Sandbox& sandbox);
// How many commits main's first-parent history has.
[[nodiscard]] std::string first_parents(const Sandbox& sandbox);

// What a validation runs to do something to the repository, once, on a tree that holds this file.
[[nodiscard]] std::string once_with(const Sandbox& sandbox, const std::string& file,
                                    const std::string& command);

}  // namespace par::test
