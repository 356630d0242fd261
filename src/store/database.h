// The state of the project in one SQLite file, $GIT_COMMON_DIR/par/state.db: journal, plans, validation
// cache. WAL, synchronous=FULL, wal_autocheckpoint=0; every write transaction and checkpoint runs under a
// flock taken before BEGIN IMMEDIATE. Unknown newer schema, foreign file, network file system: refused with a
// hint, nothing changed.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/plan.h"
#include "core/ports.h"
#include "core/validation.h"

namespace par::store {

struct RunRow {
  RunId id;
  PlanId plan;
};

// An imported item; closed: its source no longer has it.
struct ItemRow {
  ItemId id;
  bool open = true;
};

struct SourceItem {
  std::string source;
  core::Item item;
};

class Database final : public core::Journal {
 public:
  // Makes the directory (0700) and the file (0600) when missing.
  [[nodiscard]] static Result<Database> open(const std::string& state_dir);
  // As open, but nullopt when there is no state yet, and nothing is made.
  [[nodiscard]] static Result<std::optional<Database>> open_existing(const std::string& state_dir);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database() override;

  // ---- plans, content-addressed
  // "p-" and the first 12 digits of the SHA-256 of the plan's text.
  [[nodiscard]] static PlanId name_of(const core::Plan& plan);
  // Stores it under its name (sets plan.id); storing it again changes nothing.
  [[nodiscard]] Result<PlanId> put_plan(const core::Plan& plan);
  // The plan with that id, or the only one whose id begins so; an Error for none, several, or a damaged text.
  [[nodiscard]] Result<core::Plan> plan(const std::string& id_or_prefix) const;
  // Its head: linear in the agents alone.
  [[nodiscard]] Result<core::PlanHead> plan_head(const PlanId& id) const;

  // ---- what later plans ask of the plans of runs, so that these need not be read
  // Keeps it beside the plan, which is stored. Keeping it again changes nothing.
  [[nodiscard]] Result<void> put_work(const core::Plan& plan);
  // Of these agents, by their place in the plan: O(their items). Where it was not kept, the whole plan is
  // read.
  [[nodiscard]] Result<std::vector<core::AgentWork>> work(const PlanId& id,
                                                          const std::vector<std::size_t>& agents) const;
  // Agents with items, and the pools they belong to. As `work`, but O(agents).
  [[nodiscard]] Result<std::set<AgentName>> had_items(const PlanId& id) const;

  // ---- runs and their events
  // Creates the next run (r1, r2, ...) with its first events: all of them are recorded, or there is no run.
  [[nodiscard]] Result<RunId> create_run(const core::RunStarted& started, Millis at,
                                         const std::vector<core::EventBody>& further = {});
  // What create_run would name the next run.
  [[nodiscard]] Result<RunId> next_run_id() const;
  // Oldest first.
  [[nodiscard]] Result<std::vector<RunRow>> runs() const;
  Result<void> append(const RunId& run, const core::Event& event) override;
  // In order. An Error when the chain of hashes is broken.
  [[nodiscard]] Result<std::vector<core::Event>> events(const RunId& run) const;

  // ---- imported items
  // The SHA-256 of what was read last from this source; nullopt: never read.
  [[nodiscard]] Result<std::optional<std::string>> imported_hash(const std::string& source) const;
  [[nodiscard]] Result<std::vector<ItemRow>> items_of(const std::string& source) const;
  // The open items with these ids that other sources have, in the order of the ids. Linear in these.
  [[nodiscard]] Result<std::vector<SourceItem>> open_elsewhere(const std::string& source,
                                                               const std::vector<ItemId>& ids) const;
  // All of it or nothing. An item that another source had is this one's from now on; that source is then
  // read again although it is unchanged, so that what this one closes and it still has is open again.
  [[nodiscard]] Result<void> put_import(const std::string& source, const std::string& sha256,
                                        const std::vector<const core::Item*>& found,
                                        const std::vector<ItemId>& closed);
  // Of all sources, by id.
  [[nodiscard]] Result<std::vector<core::Item>> open_items() const;
  // Which of these were imported and are closed. Linear in them.
  [[nodiscard]] Result<std::set<ItemId>> closed_among(const std::set<ItemId>& ids) const;
  // The open items that had been closed, with the newest run when they were found again. O(those).
  [[nodiscard]] Result<std::map<ItemId, RunId>> reopened_items() const;

  // ---- validation cache
  [[nodiscard]] Result<std::optional<core::ValidationResult>> cached_result(
      const std::string& key) const override;
  [[nodiscard]] Result<void> cache_result(const std::string& key,
                                          const core::ValidationResult& result) override;
  // Whether some validation was recorded green for this tree (for the pre-push hook).
  [[nodiscard]] Result<bool> is_green(const ObjectId& tree) const;
  [[nodiscard]] Result<void> record_green(const ObjectId& tree) override;

 private:
  friend class Queue;
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace par::store
