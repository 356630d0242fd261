// A world in memory for the engine: journal, repository and jobs that outlive a crash of the engine, which
// may strike before and after each effect. A tree is the set of agents whose work it holds; what is red in
// itself has its attempt in the name, "agent.1".
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/engine.h"

namespace par::test {

struct Crash {};

class FakeWorld final : public core::Journal,
                        public core::Workspace,
                        public os::Executor,
                        public Clock,
                        public app::Reporter {
 public:
  using Tree = std::set<std::string>;
  struct Commit {
    Tree tree;
  };
  struct Branch {
    int attempt = 0;
    ObjectId start;
    ObjectId tip;
  };
  struct Job {
    int starts = 0;
    bool reported = false;  // to the engine that lives now
    os::JobExit exit;
  };

  // ---- what tests set and read
  AgentName canary;                    // of the run
  int crash_in = -1;                   // the n-th point from now; < 0: never
  int points = 0;                      // passed so far
  std::set<std::string> breaking;      // agents whose work makes the validation red
  std::set<std::string> idle_agents;   // agents that change nothing
  std::set<std::string> failing;       // attempts ("agent.1") whose command exits with 3
  std::set<std::string> red_attempts;  // attempts whose work makes the validation red
  std::set<std::pair<std::string, std::string>> breaking_pairs;     // work that is red together
  std::set<std::pair<std::string, std::string>> conflicting_pairs;  // work that does not merge
  std::set<std::string> absent;        // agents on whose work no validation can run
  std::size_t slots = 1;               // validations at once
  bool all_end_at_once = false;        // whatever runs has ended when the engine waits
  std::size_t most_validations = 0;    // under way at once
  std::size_t most_fills = 0;          // of worktrees, likewise
  std::function<void()> on_pause;      // an engine waits for nothing but time
  std::function<void()> on_start;      // a job is about to start
  ObjectId intruder_at_landing;        // somebody moves the target here when a landing is tried ...
  int lets_land = 0;                   // ... after so many
  AgentName taken_off;                 // once it has landed
  std::map<std::string, int> effects;  // how often each effect took place
  std::vector<core::Event> events;
  std::map<std::string, ObjectId> refs;  // "target", "candidate", "base"
  std::map<std::string, Branch> branches;
  std::map<std::string, Job> jobs;
  std::map<ObjectId, Commit> commits;
  std::map<std::string, core::ValidationResult> cache;
  std::set<ObjectId> green;

  FakeWorld();
  // A new engine sees jobs that ended as not yet reported.
  void restart();
  ObjectId add_commit(Tree tree);
  // Of `taken_off`, which landed with others as this commit.
  [[nodiscard]] core::RevertRequested revert(const ObjectId& landed);
  [[nodiscard]] Tree tree_at(const std::string& ref) const { return commits.at(refs.at(ref)).tree; }
  [[nodiscard]] static ObjectId tree_id(const Tree& tree);

  // ---- core::Journal
  Result<void> append(const RunId& run, const core::Event& event) override;
  Result<std::optional<core::ValidationResult>> cached_result(const std::string& key) const override;
  Result<void> cache_result(const std::string& key, const core::ValidationResult& result) override;
  Result<void> record_green(const ObjectId& tree) override;

  // ---- core::Workspace
  Result<void> prepare_run(const ObjectId& base) override;
  Result<std::vector<core::TakenBranch>> take_branches(const ObjectId& base,
                                                       std::vector<core::TakenBranch> taken) override;
  Result<std::string> add_worktree(const AgentName& agent, int attempt, const ObjectId& start) override;
  Result<std::string> fill_command(const AgentName&, const ObjectId&, const core::Ownership&) override {
    return std::string("true");
  }
  Result<core::BranchFacts> inspect_branch(const AgentName& agent, const ObjectId& start) override;
  Result<ObjectId> commit_leftovers(const AgentName& agent) override;
  Result<core::TrialBuilt> build_trial(const ObjectId& onto, const std::vector<core::BranchRef>& branches,
                                       core::Strategy strategy) override;
  Result<std::vector<RepoPath>> changed_by(const ObjectId&) override { return std::vector<RepoPath>(); }
  Result<void> move_candidate(const ObjectId& from, const ObjectId& to) override;
  Result<std::string> checkout_validation(const ObjectId& commit,
                                          const core::ValidationPlace& place) override;
  Result<core::TargetTip> read_target(const RefName& target) override;
  Result<ObjectId> write_commits(const ObjectId& from, const std::vector<core::CommitSpec>& commits) override;
  Result<void> keep_revert(const std::vector<ObjectId>&) override { return {}; }
  [[nodiscard]] bool has_commit(const ObjectId& commit) const override { return commits.contains(commit); }
  Result<void> make_durable() override { return {}; }
  Result<core::TargetMoveResult> move_target(const RefName& target, const ObjectId& from,
                                             const ObjectId& to) override;

  // ---- os::Executor
  Result<void> ensure(const os::JobSpec& spec) override;
  Result<std::vector<os::JobExit>> wait(Millis timeout) override;
  Result<void> stop(const std::string& id) override;
  Result<void> forget(const std::string& id) override;

  // ---- Clock, app::Reporter
  [[nodiscard]] Millis wall() const override { return now_; }
  [[nodiscard]] Millis monotonic() const override { return 1000; }
  void on_event(const core::Plan&, const core::RunState&, const core::Event&) override {}
  void on_warning(const std::string&) override {}

 private:
  void point();
  void effect(const std::string& what);
  void finish_agent(const os::JobSpec& spec, os::JobExit& exit);
  void finish_validation(const os::JobSpec& spec, os::JobExit& exit);

  std::set<std::string> awaited_;  // by the engine that lives now
  Millis now_ = 1000;              // passes only while an engine waits for nothing else
};

// Agents in their phases, each owning "<name>/", one validation "unit".
[[nodiscard]] core::Plan plan_of(const std::vector<std::vector<std::string>>& phases, const ObjectId& base);
[[nodiscard]] app::EngineSettings engine_settings(const std::string& directory);

}  // namespace par::test
