#include <fmt/format.h>

#include "store/codec.h"
#include "store/database_impl.h"

namespace par::store {
namespace {

constexpr const char* kPutItem =
    "INSERT INTO item VALUES (?1, ?2, 1, ?3, '') ON CONFLICT (id) DO UPDATE SET "
    "reopened_after = CASE open WHEN 1 THEN reopened_after ELSE ?4 END, "
    "source = excluded.source, open = 1, body = excluded.body";

constexpr const char* kUnmarkOther =
    "DELETE FROM import WHERE source = (SELECT source FROM item WHERE id = ?1 AND source <> ?2 AND open = 1)";

Error damaged_item(std::string_view id, std::string why) {
  return Error(fmt::format("the imported item '{}' is damaged", id))
      .cause(std::move(why))
      .hint("import its source anew with 'git par import --again'");
}

}  // namespace

// "" when there is none.
Result<std::string> Database::Impl::newest_run() const {
  PAR_ASSIGN(auto query,
             connection.prepare("SELECT id FROM run ORDER BY CAST(substr(id, 2) AS INTEGER) DESC LIMIT 1"));
  PAR_ASSIGN(const bool found, query.step());
  return found ? std::string(query.text(0)) : std::string();
}

Result<std::optional<std::string>> Database::imported_hash(const std::string& source) const {
  PAR_ASSIGN(auto query, impl_->connection.prepare("SELECT sha256 FROM import WHERE source = ?1"));
  query.bind(1, source);
  PAR_ASSIGN(const bool found, query.step());
  if (!found) return std::optional<std::string>();
  return std::optional<std::string>(query.text(0));
}

Result<std::vector<ItemRow>> Database::items_of(const std::string& source) const {
  PAR_ASSIGN(auto query,
             impl_->connection.prepare("SELECT id, open FROM item WHERE source = ?1 ORDER BY id"));
  query.bind(1, source);
  std::vector<ItemRow> rows;
  for (;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return rows;
    rows.push_back({ItemId(query.text(0)), query.number(1) != 0});
  }
}

Result<std::vector<SourceItem>> Database::open_elsewhere(const std::string& source,
                                                         const std::vector<ItemId>& ids) const {
  PAR_ASSIGN(auto query, impl_->connection.prepare(
                             "SELECT source, body FROM item WHERE id = ?1 AND source <> ?2 AND open = 1"));
  std::vector<SourceItem> found;
  for (const auto& id : ids) {
    query.bind(1, id.str()).bind(2, source);
    PAR_ASSIGN(const bool there, query.step());
    if (there) {
      auto item = decode_item(query.text(1));
      if (!item) return damaged_item(id.str(), item.error().message);
      found.push_back({std::string(query.text(0)), *std::move(item)});
    }
    PAR_TRY(query.reset());
  }
  return found;
}

Result<void> Database::put_import(const std::string& source, const std::string& sha256,
                                  const std::vector<const core::Item*>& found,
                                  const std::vector<ItemId>& closed) {
  return impl_->write([&]() -> Result<void> {
    PAR_ASSIGN(const auto newest, impl_->newest_run());
    PAR_ASSIGN(auto insert, impl_->connection.prepare(kPutItem));
    PAR_ASSIGN(auto unmark, impl_->connection.prepare(kUnmarkOther));
    for (const auto* item : found) {
      unmark.bind(1, item->id.str()).bind(2, source);
      PAR_TRY(unmark.finish());
      PAR_TRY(unmark.reset());
      const auto body = encode(*item);
      insert.bind(1, item->id.str()).bind(2, source).bind(3, body).bind(4, newest);
      PAR_TRY(insert.finish());
      PAR_TRY(insert.reset());
    }
    PAR_ASSIGN(auto close,
               impl_->connection.prepare("UPDATE item SET open = 0 WHERE id = ?1 AND source = ?2"));
    for (const auto& id : closed) {
      close.bind(1, id.str()).bind(2, source);
      PAR_TRY(close.finish());
      PAR_TRY(close.reset());
    }
    PAR_ASSIGN(auto mark, impl_->connection.prepare("INSERT OR REPLACE INTO import VALUES (?1, ?2)"));
    mark.bind(1, source).bind(2, sha256);
    return mark.finish();
  });
}

Result<std::map<ItemId, RunId>> Database::reopened_items() const {
  PAR_ASSIGN(auto query, impl_->connection.prepare("SELECT id, reopened_after FROM item "
                                                   "WHERE reopened_after != '' AND open = 1"));
  std::map<ItemId, RunId> items;
  for (;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return items;
    items.emplace(query.text(0), query.text(1));
  }
}

Result<std::set<ItemId>> Database::closed_among(const std::set<ItemId>& ids) const {
  PAR_ASSIGN(auto query, impl_->connection.prepare("SELECT 1 FROM item WHERE id = ?1 AND open = 0"));
  std::set<ItemId> closed;
  for (const auto& id : ids) {
    query.bind(1, id.str());
    PAR_ASSIGN(const bool found, query.step());
    if (found) closed.insert(id);
    PAR_TRY(query.reset());
  }
  return closed;
}

Result<std::vector<core::Item>> Database::open_items() const {
  PAR_ASSIGN(auto query, impl_->connection.prepare("SELECT id, body FROM item WHERE open = 1 ORDER BY id"));
  std::vector<core::Item> items;
  for (;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return items;
    auto item = decode_item(query.text(1));
    if (!item) return damaged_item(query.text(0), item.error().message);
    items.push_back(*std::move(item));
  }
}

}  // namespace par::store
