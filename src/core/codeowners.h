// A CODEOWNERS file as a value: GitHub's dialect and GitLab's, each read as its host reads it, and translated
// rule by rule into patterns of core/glob.h. Who owns what follows in core/codeowners_index.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace par::core {

enum class CodeownersDialect { github, gitlab };

// A pattern in the dialect of core/glob.h.
struct CodeownersPattern {
  std::string text;
  bool it_alone = false;  // a literal last segment does not stand for what is below it

  bool operator==(const CodeownersPattern&) const = default;
};

struct CodeownersRule {
  int line = 0;                          // from 1
  std::string written;                   // the pattern as it stands in the file
  std::vector<CodeownersPattern> globs;  // a path is matched by the rule when one of these matches it
  std::vector<std::string> owners;       // "@user", "@org/team", "a@b.c"; empty: the path has no owner
  std::size_t section = 0;
  bool exclusion = false;  // "!pattern": nothing in the section owns the path
};

// "^[Name][2] @default". The first section has no name and holds what stands before the first heading.
struct CodeownersSection {
  std::string name;
  bool optional = false;
  int approvals = 1;
};

struct CodeownersProblem {
  int line = 0;  // 0: the file as a whole
  std::string message;

  bool operator==(const CodeownersProblem&) const = default;
};

struct Codeowners {
  CodeownersDialect dialect = CodeownersDialect::github;
  std::vector<CodeownersSection> sections;
  std::vector<CodeownersRule> rules;  // in the file's order: within a section the last that matches decides
  std::vector<CodeownersProblem> problems;  // lines left out, and words that are not what they seem; by line
};

// Never fails: as on the hosts, a line with an error is left out and the others count.
//   Both: blank lines and lines that begin with '#' are skipped; "\ " is a blank within a pattern; a rule
//   without owners takes the path from those before it.
//   GitHub: a '#' behind a blank begins a comment; '[' and ']' are literal; '!' and "\#" at the start and a
//   word that is not an owner are errors; more than 3 MB are not read.
//   GitLab: headings of sections, of which those with one name (in any case) are one section; a rule without
//   owners has the ones of its heading; "\#" begins a pattern; there are no comments behind owners.
[[nodiscard]] Codeowners parse_codeowners(std::string_view text, CodeownersDialect dialect);

// What the host of a file at this path reads: ".github/CODEOWNERS", ".gitlab/CODEOWNERS"; elsewhere headings
// of sections tell.
[[nodiscard]] CodeownersDialect guess_dialect(std::string_view path, std::string_view text);

// What a pattern of the file matches. Errors: what the host refuses, and what core/glob.h cannot read.
//   GitHub: anchored when it holds a '/' before its end. A last segment matches the file and everything below
//   the directory, also with wildcards, but '*' alone the direct children only. "/" matches nothing.
//   GitLab: anchored when it begins with '/'. A last segment matches the file alone, "dir/" everything below;
//   '**' counts only before a '/'; brackets are sets.
[[nodiscard]] Result<std::vector<CodeownersPattern>> translate_codeowners(std::string_view pattern,
                                                                          CodeownersDialect dialect);

}  // namespace par::core
