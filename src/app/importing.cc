#include "app/importing.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "import/reimport.h"
#include "os/files.h"
#include "os/input_file.h"
#include "os/sha256.h"

namespace par::app {
namespace {

std::string place_of_file(const std::string& cwd, const std::string& file) {
  return file == "-" ? file : os::absolute_path(file, cwd);
}

const std::string& root_of(const Project& project) {
  return project.repository.work_tree.empty() ? project.repository.main_root : project.repository.work_tree;
}

std::string source_of(const Project& project, const std::string& place) {
  const std::string below = root_of(project) + "/";
  return place.starts_with(below) ? place.substr(below.size()) : place;
}

Result<std::string> hash_file(const std::string& place) {
  PAR_ASSIGN(auto input, os::InputFile::open(place));
  os::Sha256 hash;
  std::string room(1 << 16, '\0');
  for (;;) {
    PAR_ASSIGN(const auto count, input.read(room));
    if (count == 0) return hash.hex();
    hash.update(std::string_view(room).substr(0, count));
  }
}

std::vector<import::KnownItem> as_known(const std::vector<store::ItemRow>& rows) {
  std::vector<import::KnownItem> known;
  known.reserve(rows.size());
  for (const auto& row : rows) known.push_back({row.id, row.open});
  return known;
}

// Another finding under an id that an open item of another source has would take that item's place.
Result<void> refuse_clash(const store::Database* database, const ImportOutcome& outcome,
                          const import::Imported& found, const import::ImportChanges& changes) {
  if (database == nullptr || !import::gives_ids(found.format)) return {};
  std::vector<ItemId> ids;
  std::unordered_map<ItemId, std::size_t> numbers;
  for (const auto i : changes.added) {
    ids.push_back(found.items[i].id);
    numbers.emplace(found.items[i].id, i);
  }
  PAR_ASSIGN(const auto elsewhere, database->open_elsewhere(outcome.source, ids));
  for (const auto& [source, item] : elsewhere) {
    if (!import::is_another(item, found.items[numbers.at(item.id)])) continue;
    return Error(fmt::format("'{}' and '{}' both have an item '{}', of different findings",
                             display_line(source), display_line(outcome.source), item.id.str()))
        .hint("give the items ids of their own, or none: then they are made from the findings")
        .hint(fmt::format("if the one is a newer report of the other, import it with --source {}",
                          shell_quote(source)));
  }
  return {};
}

// What is known of a source, from a database that may not exist yet.
struct Known {
  std::optional<store::Database> database;
  std::optional<std::string> sha256;
  std::vector<import::KnownItem> items;
};

Result<Known> read_known(const Project& project, const std::string& source) {
  Known known;
  PAR_ASSIGN(known.database, store::Database::open_existing(project.repository.state_dir()));
  if (!known.database) return known;
  PAR_ASSIGN(known.sha256, known.database->imported_hash(source));
  PAR_ASSIGN(const auto rows, known.database->items_of(source));
  known.items = as_known(rows);
  return known;
}

Result<void> store_import(const Project& project, const ImportOutcome& outcome, const FindingsFile& file,
                          const import::ImportChanges& changes) {
  std::vector<const core::Item*> found;
  for (const auto* indices : {&changes.added, &changes.kept, &changes.reopened})
    for (const auto i : *indices) found.push_back(&file.found.items[i]);
  PAR_ASSIGN(auto database, store::Database::open(project.repository.state_dir()));
  return database.put_import(outcome.source, file.sha256, found, changes.vanished);
}

}  // namespace

Result<FindingsFile> read_findings_file(const Project& project, const std::string& cwd,
                                        const std::string& file, const ReadOptions& options) {
  PAR_ASSIGN(auto input, os::InputFile::open(place_of_file(cwd, file)));
  os::Sha256 hash;
  const import::Source source = [&](std::span<char> room) -> Result<std::size_t> {
    PAR_ASSIGN(const auto count, input.read(room));
    hash.update({room.data(), count});
    return count;
  };
  import::ImportOptions how;
  how.format = options.format;
  how.strict = options.strict;
  how.root = root_of(project);
  PAR_ASSIGN(auto found, import::read_findings(source, file, how));
  return FindingsFile{std::move(found), hash.hex()};
}

Result<ImportOutcome> import_file(const Project& project, const std::string& cwd, const std::string& file,
                                  const ImportOptions& options) {
  ImportOutcome outcome;
  outcome.file = file;
  outcome.source = options.source.empty() ? source_of(project, place_of_file(cwd, file)) : options.source;
  PAR_ASSIGN(const auto known, read_known(project, outcome.source));
  const bool as_ever = !options.again && !options.read.strict && !options.read.format;
  if (known.sha256 && as_ever && file != "-") {
    PAR_ASSIGN(const auto hash, hash_file(place_of_file(cwd, file)));
    outcome.unchanged = hash == *known.sha256;
    if (outcome.unchanged) return outcome;
  }
  PAR_ASSIGN(auto read, read_findings_file(project, cwd, file, options.read));
  const auto changes = import::compare_import(known.items, read.found);
  PAR_TRY(refuse_clash(known.database ? &*known.database : nullptr, outcome, read.found, changes));
  outcome.added = changes.added.size();
  outcome.kept = changes.kept.size();
  outcome.reopened = changes.reopened.size();
  outcome.closed = changes.vanished.size();
  outcome.unsure = changes.unsure;
  if (!options.dry_run) PAR_TRY(store_import(project, outcome, read, changes));
  read.found.items.clear();
  outcome.result = std::move(read.found);
  return outcome;
}

}  // namespace par::app
