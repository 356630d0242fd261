// Findings of files as items: read for one plan, or taken into the project's state and kept up to date there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/project.h"
#include "import/findings.h"

namespace par::app {

struct ReadOptions {
  std::optional<import::Format> format;  // nullopt: told from each file
  bool strict = false;                   // the first bad record is an error
};

struct FindingsFile {
  import::Imported found;
  std::string sha256;  // of its whole content
};

// `file` as the user gives it, relative to `cwd`; "-" is standard input. Memory: that of the items.
[[nodiscard]] Result<FindingsFile> read_findings_file(const Project& project, const std::string& cwd,
                                                      const std::string& file, const ReadOptions& options);

struct ImportOptions {
  ReadOptions read;
  std::string source;    // empty: the file's place, relative to the repository's root when it is below it
  bool again = false;    // also when the content is that of the last import
  bool dry_run = false;  // change nothing
};

// What one import changed, or would.
struct ImportOutcome {
  std::string file;
  std::string source;
  bool unchanged = false;   // the content is that of the last import: nothing was read
  import::Imported result;  // without its items
  std::size_t added = 0;
  std::size_t kept = 0;
  std::size_t reopened = 0;
  std::size_t closed = 0;  // no longer there
  std::size_t unsure = 0;  // not seen, but not closed: they may be among what could not be read
};

[[nodiscard]] Result<ImportOutcome> import_file(const Project& project, const std::string& cwd,
                                                const std::string& file, const ImportOptions& options);

}  // namespace par::app
