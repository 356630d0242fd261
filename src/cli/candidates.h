// What Tab can offer for the last of some words, from the table of commands and their options. Owns no
// knowledge of repositories: names of runs, agents and branches come from a source.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace par::cli {

struct Candidate {
  std::string value;
  std::string description;

  bool operator==(const Candidate&) const = default;
};

// The values of a kind ("agent", "run", "branch", ...: what stands between '<' and '>' in a synopsis), for
// the run that the words name with --run ("": the newest). Unknown kinds have none.
using ValueSource = std::function<std::vector<Candidate>(std::string_view kind, const std::string& run)>;

// `words`: those after "git par"; the last is the one that is typed. Candidates are whole words, also in
// "--option=value", and fit the place; choosing those that begin as typed is the shell's part.
[[nodiscard]] std::vector<Candidate> candidates(const std::vector<std::string>& words,
                                                const ValueSource& source);

}  // namespace par::cli
