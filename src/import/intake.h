// Where the readers bring what they find: owns the counts, the names of items and what is told apart from
// what. Everything a reader meets goes through exactly one of add, skip, bad and refuse_path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/stable_hash.h"
#include "import/findings.h"
#include "import/twin_table.h"

namespace par::import {

struct Finding {
  core::Item item;         // the id as given, valid or not or empty; the files as the tool names them
  std::uint64_t at = 0;    // as in BadRecord
  std::uint64_t line = 0;  // where in the first file; 0: not known
  std::uint64_t column = 0;
  std::string fingerprint;  // the tool's own
  bool decisive = false;    // equal fingerprints are one finding, wherever they stand
  std::string context;      // the text it is about
};

class Intake {
 public:
  Intake(Format format, std::string name, const ImportOptions& options);

  void add(Finding finding);
  void skip(std::uint64_t count = 1);
  // What could not be understood.
  void bad(std::uint64_t at, std::string reason);
  // A finding in a file that is none of the repository's.
  void refuse_path(std::uint64_t at, std::string_view path);
  // The path as it is in the repository.
  [[nodiscard]] std::optional<std::string> inside(std::string_view path) const;
  // No further record is wanted: the first bad one was an error.
  [[nodiscard]] bool stopped() const { return strict_error_.has_value(); }

  [[nodiscard]] Result<Imported> finish() &&;

 private:
  void refuse(std::uint64_t at, std::string reason);
  bool normalise_files(Finding& finding);
  // nullopt: it is one that was there already.
  std::optional<ItemId> made_id(const Finding& finding);

  std::string name_;
  std::string root_;
  bool strict_;
  bool gives_ids_;  // made ids differ among themselves, but may meet a given one
  Imported imported_;
  std::optional<Error> strict_error_;
  std::unordered_set<Hash128> ids_;
  TwinTable twins_;
  std::unordered_set<Hash128> places_;  // of the second twin and later ones
};

}  // namespace par::import
