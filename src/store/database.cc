#include "store/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/strings.h"
#include "base/trace.h"
#include "os/crash_point.h"
#include "os/sha256.h"
#include "store/codec.h"
#include "store/database_impl.h"
#include "store/schema.h"

namespace par::store {
namespace {

constexpr std::size_t kPlanIdDigits = 12;

// The link of the chain: covers the row and, through `previous`, every row before it.
std::string chain_hash(std::string_view previous, const RunId& run, const Row& row) {
  return os::sha256_hex(
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", previous, run.str(), row.seq, row.at, row.kind, row.body));
}

PlanId plan_name(std::string_view body) {
  return PlanId("p-" + os::sha256_hex(body).substr(0, kPlanIdDigits));
}

// Of a row that can be made anew, and so counts as absent when it reads wrong.
std::string row_hash(std::string_view key, std::string_view body) {
  return os::sha256_hex(fmt::format("{}\n{}", key, body));
}

Error damaged_plan(const std::string& id) {
  return Error(fmt::format("the stored plan '{}' is damaged", id)).hint("make it anew with 'git par plan'");
}

Error damaged_event(const RunId& run, std::int64_t seq, std::string why) {
  return Error(fmt::format("the journal of run '{}' is damaged at event {}", run.str(), seq))
      .cause(std::move(why))
      .hint(fmt::format("its work is still in git: see the refs under refs/par/{0} and refs/heads/par/{0}",
                        run.str()));
}

Error no_such_run(const RunId& run) {
  return Error(fmt::format("no run '{}'", display_text(run.str())))
      .hint("'git par status' shows the last run");
}

Result<void> journal_point(std::string_view when, std::string_view kind) {
  return os::crash_point(fmt::format("journal.{}.{}", when, ascii_lowered(std::string(kind))));
}

void trace_append(const RunId& run, std::string_view kind) {
  trace::event("journal", {{"run", run.str()}, {"kind", kind}});
}

}  // namespace

Result<void> Database::Impl::insert_event(const RunId& run, const Row& row, std::string_view previous) const {
  const auto hash = chain_hash(previous, run, row);
  PAR_ASSIGN(auto insert, connection.prepare("INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  insert.bind(1, run.str())
      .bind(2, row.seq)
      .bind(3, row.at)
      .bind(4, row.kind)
      .bind(5, row.body)
      .bind(6, hash);
  return insert.finish();
}

// Precondition: within write().
Result<void> Database::Impl::append_event(const RunId& run, Row row) const {
  PAR_ASSIGN(auto last,
             connection.prepare("SELECT seq, hash FROM event WHERE run = ?1 ORDER BY seq DESC LIMIT 1"));
  last.bind(1, run.str());
  PAR_ASSIGN(const bool found, last.step());
  if (!found) return no_such_run(run);
  row.seq = last.number(0) + 1;
  return insert_event(run, row, last.text(1));
}

Result<bool> Database::Impl::has(std::string_view sql, std::string_view key) const {
  PAR_ASSIGN(auto query, connection.prepare(sql));
  query.bind(1, key);
  return query.step();
}

Result<RunId> Database::Impl::next_run_id() const {
  PAR_ASSIGN(const auto last, connection.query_number("SELECT max(CAST(substr(id, 2) AS INTEGER)) FROM run"));
  return RunId(fmt::format("r{}", last + 1));
}

// Precondition: within write(). `stored` tells whether it was not there before.
Result<void> Database::Impl::insert_plan(const PlanId& id, std::string_view body, bool& stored) const {
  PAR_ASSIGN(auto existing, connection.prepare("SELECT body FROM plan WHERE id = ?1"));
  existing.bind(1, id.str());
  PAR_ASSIGN(const bool found, existing.step());
  if (found && existing.text(0) == body) return {};
  // Another text under this name is damage: the text that belongs there takes its place.
  PAR_ASSIGN(auto insert, connection.prepare("INSERT OR REPLACE INTO plan VALUES (?1, ?2)"));
  insert.bind(1, id.str()).bind(2, body);
  stored = true;
  return insert.finish();
}

// Precondition: within write().
Result<void> Database::Impl::insert_head(const PlanId& id, std::string_view body) const {
  const auto hash = row_hash(id.str(), body);
  PAR_ASSIGN(auto existing,
             connection.prepare("SELECT 1 FROM plan_head WHERE id = ?1 AND body = ?2 AND hash = ?3"));
  existing.bind(1, id.str()).bind(2, body).bind(3, hash);
  PAR_ASSIGN(const bool found, existing.step());
  if (found) return {};
  PAR_ASSIGN(auto insert, connection.prepare("INSERT OR REPLACE INTO plan_head VALUES (?1, ?2, ?3)"));
  insert.bind(1, id.str()).bind(2, body).bind(3, hash);
  return insert.finish();
}

// Precondition: within write(). Gives the run the next name, which it returns in `id`.
Result<void> Database::Impl::insert_run(const PlanId& plan, const Row& first, RunId& id) const {
  PAR_ASSIGN(const bool planned, has("SELECT 1 FROM plan WHERE id = ?1", plan.str()));
  if (!planned) return Error(fmt::format("no plan '{}'", plan.str())).hint("'git par plan' makes one");
  PAR_ASSIGN(id, next_run_id());
  PAR_ASSIGN(auto insert, connection.prepare("INSERT INTO run VALUES (?1, ?2)"));
  insert.bind(1, id.str()).bind(2, plan.str());
  PAR_TRY(insert.finish());
  return insert_event(id, first, "");
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::string& state_dir) {
  PAR_ASSIGN(auto connection, open_or_create(state_dir));
  return Database(std::make_unique<Impl>(Impl{std::move(connection), lock_file(state_dir)}));
}

Result<std::optional<Database>> Database::open_existing(const std::string& state_dir) {
  PAR_ASSIGN(auto connection, open_if_there(state_dir));
  if (!connection) return std::optional<Database>();
  return std::optional<Database>(
      Database(std::make_unique<Impl>(Impl{*std::move(connection), lock_file(state_dir)})));
}

PlanId Database::name_of(const core::Plan& plan) { return plan_name(encode(plan)); }

Result<PlanId> Database::put_plan(const core::Plan& plan) {
  const auto body = encode(plan);
  const auto id = plan_name(body);
  const auto head = encode(core::head_of(plan));
  bool stored = false;
  const auto insert = [&]() -> Result<void> {
    PAR_TRY(impl_->insert_plan(id, body, stored));
    return impl_->insert_head(id, head);
  };
  PAR_TRY(impl_->write(insert));
  if (stored) PAR_TRY(os::crash_point("plan.stored"));
  return id;
}

Result<core::Plan> Database::plan(const std::string& id_or_prefix) const {
  PAR_ASSIGN(auto query,
             impl_->connection.prepare(
                 "SELECT id, body FROM plan WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT 2"));
  query.bind(1, id_or_prefix);
  PAR_ASSIGN(const bool found, query.step());
  if (!found || id_or_prefix.empty())
    return Error(fmt::format("no plan '{}'", display_text(id_or_prefix))).hint("'git par plan' makes one");
  const std::string id(query.text(0));
  const std::string body(query.text(1));
  PAR_ASSIGN(const bool several, query.step());
  if (several && id != id_or_prefix)
    return Error(
               fmt::format("several plans begin with '{}': '{}', '{}', ...", id_or_prefix, id, query.text(0)))
        .hint("give more of the name");
  if (plan_name(body).str() != id) return damaged_plan(id);
  auto plan = decode_plan(body);
  if (!plan) return std::move(plan).error().within(damaged_plan(id).message);
  plan->id = PlanId(id);
  return plan;
}

Result<core::PlanHead> Database::plan_head(const PlanId& id) const {
  PAR_ASSIGN(auto query, impl_->connection.prepare("SELECT body, hash FROM plan_head WHERE id = ?1"));
  query.bind(1, id.str());
  PAR_ASSIGN(const bool found, query.step());
  if (found && row_hash(id.str(), query.text(0)) == query.text(1)) {
    auto head = decode_head(query.text(0));
    if (head) {
      head->plan.id = id;
      return head;
    }
  }
  PAR_ASSIGN(const auto whole, plan(id.str()));
  return core::head_of(whole);
}

Result<RunId> Database::create_run(const core::RunStarted& started, Millis at,
                                   const std::vector<core::EventBody>& further) {
  std::vector<core::EventBody> events{started};
  events.insert(events.end(), further.begin(), further.end());
  for (const auto& event : events) PAR_TRY(journal_point("before", core::kind_of(event)));
  RunId id;
  const auto insert = [&]() -> Result<void> {
    PAR_TRY(
        impl_->insert_run(started.plan, {1, at, core::kind_of(events.front()), encode(events.front())}, id));
    for (const auto& event : further)
      PAR_TRY(impl_->append_event(id, {0, at, core::kind_of(event), encode(event)}));
    return {};
  };
  PAR_TRY(impl_->write(insert));
  for (const auto& event : events) trace_append(id, core::kind_of(event));
  PAR_TRY(os::crash_point("run.created"));
  for (const auto& event : events) PAR_TRY(journal_point("after", core::kind_of(event)));
  return id;
}

Result<RunId> Database::next_run_id() const { return impl_->next_run_id(); }

Result<std::vector<RunRow>> Database::runs() const {
  PAR_ASSIGN(auto query,
             impl_->connection.prepare("SELECT id, plan FROM run ORDER BY CAST(substr(id, 2) AS INTEGER)"));
  std::vector<RunRow> rows;
  for (;;) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) return rows;
    rows.push_back({RunId(query.text(0)), PlanId(query.text(1))});
  }
}

Result<void> Database::append(const RunId& run, const core::Event& event) {
  const auto kind = core::kind_of(event.body);
  const auto body = encode(event.body);
  PAR_TRY(journal_point("before", kind));
  PAR_TRY(impl_->write([&] { return impl_->append_event(run, Row{0, event.at, kind, body}); }));
  trace_append(run, kind);
  return journal_point("after", kind);
}

Result<std::vector<core::Event>> Database::events(const RunId& run) const {
  PAR_ASSIGN(auto query, impl_->connection.prepare(
                             "SELECT seq, at, kind, body, hash FROM event WHERE run = ?1 ORDER BY seq"));
  query.bind(1, run.str());
  std::vector<core::Event> events;
  std::string previous;
  for (std::int64_t expected = 1;; ++expected) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more) break;
    const Row row{query.number(0), query.number(1), query.text(2), query.text(3)};
    if (row.seq != expected) return damaged_event(run, expected, "the event is missing");
    auto hash = chain_hash(previous, run, row);
    if (hash != query.text(4)) return damaged_event(run, row.seq, "its hash does not match");
    auto body = decode_event(row.kind, row.body);
    if (!body) return damaged_event(run, row.seq, body.error().message);
    events.push_back({row.at, *std::move(body)});
    previous = std::move(hash);
  }
  if (!events.empty()) return events;
  PAR_ASSIGN(const bool known, impl_->has("SELECT 1 FROM run WHERE id = ?1", run.str()));
  return known ? damaged_event(run, 1, "the event is missing") : no_such_run(run);
}

Result<std::optional<core::ValidationResult>> Database::cached_result(const std::string& key) const {
  PAR_ASSIGN(auto query, impl_->connection.prepare("SELECT body, hash FROM validation WHERE key = ?1"));
  query.bind(1, key);
  PAR_ASSIGN(const bool found, query.step());
  if (!found || row_hash(key, query.text(0)) != query.text(1)) return std::optional<core::ValidationResult>();
  auto result = decode_result(query.text(0));
  if (!result) return std::optional<core::ValidationResult>();
  return std::optional<core::ValidationResult>(*std::move(result));
}

Result<void> Database::cache_result(const std::string& key, const core::ValidationResult& result) {
  const auto body = encode(result);
  const auto hash = row_hash(key, body);
  return impl_->write([&]() -> Result<void> {
    PAR_ASSIGN(auto insert,
               impl_->connection.prepare("INSERT OR REPLACE INTO validation VALUES (?1, ?2, ?3)"));
    insert.bind(1, key).bind(2, body).bind(3, hash);
    return insert.finish();
  });
}

Result<bool> Database::is_green(const ObjectId& tree) const {
  return impl_->has("SELECT 1 FROM green WHERE tree = ?1", tree.str());
}

Result<void> Database::record_green(const ObjectId& tree) {
  return impl_->write([&]() -> Result<void> {
    PAR_ASSIGN(auto insert, impl_->connection.prepare("INSERT OR IGNORE INTO green VALUES (?1)"));
    insert.bind(1, tree.str());
    return insert.finish();
  });
}

}  // namespace par::store
