#include "import/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/utf8.h"
#include "import/identity.h"
#include "import/paths.h"

namespace par::import {
namespace {

constexpr std::size_t kLongestReason = 300;

bool is_utf8(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), is_ascii)) return true;
  while (!text.empty()) {
    const auto length = utf8_sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// Why the finding cannot be an item; empty: it can.
std::string problem_of(const core::Item& item) {
  for (const std::string_view text : {std::string_view(item.title), std::string_view(item.category)}) {
    if (!is_utf8(text)) return "not UTF-8";
    if (text.find('\0') != std::string_view::npos) return "a NUL byte";
  }
  if (!item.agent.empty() && !is_valid_name(item.agent.str()))
    return fmt::format("'{}' is not the name of an agent", item.agent.str());
  return {};
}

}  // namespace

std::string place_of(Format format, const BadRecord& record) {
  const bool lines = format == Format::jsonl || format == Format::csv || format == Format::compiler;
  return fmt::format("{} {}", lines ? "line" : "byte", record.at);
}

Intake::Intake(Format format, std::string name, const ImportOptions& options)
    : name_(std::move(name)), root_(options.root), strict_(options.strict), gives_ids_(gives_ids(format)) {
  imported_.format = format;
}

void Intake::refuse(std::uint64_t at, std::string reason) {
  ++imported_.records;
  ++imported_.bad;
  if (reason.size() > kLongestReason) reason.resize(kLongestReason);
  BadRecord record{at, std::move(reason)};
  if (strict_ && !strict_error_)
    strict_error_ = Error(fmt::format("'{}' has a bad record at {}: {}", display_text(name_),
                                      place_of(imported_.format, record), display_text(record.reason)));
  if (imported_.first_bad.size() < kBadRecordsKept) imported_.first_bad.push_back(std::move(record));
}

void Intake::bad(std::uint64_t at, std::string reason) {
  imported_.complete = false;
  refuse(at, std::move(reason));
}

void Intake::refuse_path(std::uint64_t at, std::string_view path) {
  refuse(at, fmt::format("path outside the repository: '{}'", path));
}

void Intake::skip(std::uint64_t count) {
  imported_.records += count;
  imported_.skipped += count;
}

std::optional<std::string> Intake::inside(std::string_view path) const {
  return repository_path(path, root_);
}

bool Intake::normalise_files(Finding& finding) {
  auto& files = finding.item.files;
  std::vector<RepoPath> paths;
  paths.reserve(files.size());
  for (const auto& file : files) {
    auto path = inside(file.str());
    if (!path) {
      refuse_path(finding.at, file.str());
      return false;
    }
    RepoPath normal(*std::move(path));
    if (std::find(paths.begin(), paths.end(), normal) == paths.end()) paths.push_back(std::move(normal));
  }
  files = std::move(paths);
  return true;
}

std::optional<ItemId> Intake::made_id(const Finding& finding) {
  const auto identity = identity_of(finding);
  auto& twins = twins_.find(identity);
  if (twins.count == 0) {
    twins = {identity, finding.line, finding.column, 1};
  } else {
    if (finding.decisive || (twins.line == finding.line && twins.column == finding.column))
      return std::nullopt;
    const auto place = fmt::format("{}:{}:{}", base32(identity, 25), finding.line, finding.column);
    if (!places_.insert(stable_hash(place)).second) return std::nullopt;
    ++twins.count;
  }
  return item_id_from(finding.item.category, identity, twins.count);
}

void Intake::add(Finding finding) {
  if (!normalise_files(finding)) return;
  if (auto problem = problem_of(finding.item); !problem.empty()) return bad(finding.at, std::move(problem));
  auto id = finding.item.id.empty() ? made_id(finding) : item_id_from(finding.item.id.str());
  ++imported_.records;
  if (!id || (gives_ids_ && !ids_.insert(stable_hash(id->str())).second)) {
    ++imported_.duplicates;
    return;
  }
  finding.item.id = *std::move(id);
  imported_.items.push_back(std::move(finding.item));
}

Result<Imported> Intake::finish() && {
  if (strict_error_) return *std::move(strict_error_);
  return std::move(imported_);
}

}  // namespace par::import
