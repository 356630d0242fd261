// The members of every stored value, listed once. A visitor `v` is called as v("name", member) for each: the
// store's writer and reader are two such visitors, so what is written is what is read.
#pragma once

#include <string_view>

#include "core/event.h"
#include "core/plan.h"

namespace par::core {

// A member that earlier versions did not write: where it is missing, a visitor that reads leaves the default.
template <class V, class T>
void later(V& v, std::string_view name, T& member) {
  if constexpr (requires { v.later(name, member); })
    v.later(name, member);
  else
    v(name, member);
}

// clang-format off
template <class V> void fields(V& v, ValidationSpec& s) { v("name", s.name); v("run", s.run); v("report", s.report); v("inputs", s.inputs); v("timeout", s.timeout); v("reruns", s.reruns); v("when", s.when); later(v, "clean", s.clean); }
template <class V> void fields(V& v, Item& i) { v("id", i.id); v("title", i.title); v("files", i.files); v("severity", i.severity); v("category", i.category); v("estimate", i.estimate); v("after", i.after); v("agent", i.agent); }
template <class V> void fields(V& v, OwnershipRule& r) { v("pattern", r.pattern); v("grants", r.grants); v("it_alone", r.it_alone); v("section", r.section); }
template <class V> void fields(V& v, PermanentErrors& p) { v("codes", p.codes); v("texts", p.texts); }
template <class V> void fields(V& v, AgentSpec& a) { v("name", a.name); v("owns", a.owns); v("rules", a.rules); v("forbids", a.forbids); v("after", a.after); v("run", a.run); v("prompt", a.prompt); v("validate", a.validate); v("categories", a.categories); v("count", a.count); v("pool", a.pool); v("timeout", a.timeout); later(v, "idle_timeout", a.idle_timeout); v("estimate", a.estimate); later(v, "batch", a.batch); later(v, "retries", a.retries); later(v, "permanent", a.permanent); }
template <class V> void fields(V& v, WorktreeSpec& w) { v("copy", w.copy); v("setup", w.setup); }
template <class V> void fields(V& v, Overlap& o) { v("a", o.a); v("b", o.b); v("witness", o.witness); v("kind", o.kind); v("resolution", o.resolution); }
template <class V> void fields(V& v, BranchConflict& c) { v("a", c.a); v("b", c.b); v("paths", c.paths); }
template <class V> void fields(V& v, Prediction& p) { v("item", p.item); v("path", p.path); v("because", p.because); v("by", p.by); v("support", p.support); v("changes", p.changes); v("owned", p.owned); }
template <class V> void fields(V& v, Decision& d) { v("mode", d.mode); v("sequential_s", d.sequential_s); v("parallel_s", d.parallel_s); v("speedup", d.speedup); v("efficiency", d.efficiency); v("reasons", d.reasons); }
template <class V> void fields(V& v, ExistingBranch& b) { v("ref", b.ref); v("start", b.start); v("tip", b.tip); }
template <class V> void fields(V& v, PlannedAgent& a) { v("spec", a.spec); v("phase", a.phase); v("items", a.items); v("validations", a.validations); v("file_count", a.file_count); later(v, "branch", a.branch); }
template <class V> void fields(V& v, Plan& p) {
  v("base", p.base); v("target", p.target); v("strategy", p.strategy); v("worktrees", p.worktrees); later(v, "worktree", p.worktree); v("jobs", p.jobs); later(v, "max_failure_rate", p.max_failure_rate); later(v, "canary", p.canary); later(v, "budget", p.budget); later(v, "budget_tokens", p.budget_tokens); v("ignore_case", p.ignore_case); v("precompose", p.precompose);
  v("validations", p.validations); v("agents", p.agents); v("phases", p.phases); v("decision", p.decision);
  v("overlaps", p.overlaps); v("conflicts", p.conflicts); v("unowned_items", p.unowned_items); later(v, "finished_items", p.finished_items); v("unowned_paths", p.unowned_paths); later(v, "predictions", p.predictions); v("hot", p.hot);
}

template <class V> void fields(V& v, PlanHead& h) { v("plan", h.plan); v("item_counts", h.item_counts); }

template <class V> void fields(V& v, ValidationResult& r) { v("name", r.name); v("result", r.result); v("failures", r.failures); v("flaky", r.flaky); v("detail", r.detail); v("log", r.log); v("seconds", r.seconds); v("cached", r.cached); }
template <class V> void fields(V& v, ReplayedCommit& r) { v("source", r.source); v("commit", r.commit); v("tree", r.tree); }
template <class V> void fields(V& v, Step& s) { v("agent", s.agent); v("start", s.start); v("tip", s.tip); v("commit", s.commit); v("tree", s.tree); later(v, "replayed", s.replayed); }

template <class V> void fields(V& v, WorkItem& i) { v("item", i.item); v("work", i.work); v("category", i.category); }
template <class V> void fields(V& v, AgentWork& w) { v("agent", w.agent); v("pool", w.pool); v("items", w.items); }

template <class V> void fields(V& v, RunStarted& e) { v("plan", e.plan); v("base", e.base); v("tree", e.tree); later(v, "canary", e.canary); }
template <class V> void fields(V&, RunPrepared&) {}
template <class V> void fields(V& v, TakenBranch& b) { v("agent", b.agent); v("ref", b.ref); v("start", b.start); v("tip", b.tip); v("files", b.files); v("commits", b.commits); }
template <class V> void fields(V& v, BranchesTaken& e) { v("branches", e.branches); }
template <class V> void fields(V& v, AgentAssigned& e) { v("agent", e.agent); v("attempt", e.attempt); v("start", e.start); }
template <class V> void fields(V& v, WorktreeAdded& e) { v("agent", e.agent); v("attempt", e.attempt); v("path", e.path); }
template <class V> void fields(V& v, WorktreeReady& e) { v("agent", e.agent); v("attempt", e.attempt); v("path", e.path); }
template <class V> void fields(V& v, AgentStarting& e) { v("agent", e.agent); v("attempt", e.attempt); }
template <class V> void fields(V& v, AgentExited& e) { v("agent", e.agent); v("attempt", e.attempt); v("how", e.how); v("code", e.code); v("seconds", e.seconds); later(v, "cost", e.cost); later(v, "tokens", e.tokens); }
template <class V> void fields(V& v, AgentCollected& e) { v("agent", e.agent); v("attempt", e.attempt); v("tip", e.tip); v("files", e.files); v("commits", e.commits); }
template <class V> void fields(V& v, AgentRejected& e) { v("agent", e.agent); v("attempt", e.attempt); v("kind", e.kind); v("reason", e.reason); v("tests", e.tests); v("with", e.with); v("log", e.log); }
template <class V> void fields(V& v, AgentHeld& e) { v("agent", e.agent); v("reason", e.reason); }
template <class V> void fields(V& v, AgentParked& e) { v("agent", e.agent); v("reason", e.reason); }
template <class V> void fields(V& v, RunResumed& e) { later(v, "no_canary", e.no_canary); }
template <class V> void fields(V& v, FellBack& e) { v("trigger", e.trigger); v("sequence", e.sequence); v("reason", e.reason); }
template <class V> void fields(V& v, AgentRetried& e) { v("agent", e.agent); v("attempt", e.attempt); later(v, "cause", e.cause); later(v, "kind", e.kind); later(v, "reason", e.reason); later(v, "tests", e.tests); later(v, "log", e.log); later(v, "not_before", e.not_before); }
template <class V> void fields(V& v, RunFinished& e) { v("end", e.end); }
template <class V> void fields(V& v, TrialBuilt& e) { v("onto", e.onto); v("steps", e.steps); v("conflict", e.conflict); v("paths", e.paths); later(v, "trial", e.trial); later(v, "source", e.source); later(v, "outside", e.outside); }
template <class V> void fields(V& v, TrialValidated& e) { v("tree", e.tree); v("results", e.results); }
template <class V> void fields(V&, TrialSplit&) {}
template <class V> void fields(V& v, Arrival& a) { v("agent", a.agent); v("after", a.after); }
template <class V> void fields(V& v, BranchesArrived& e) { v("branches", e.branches); }
template <class V> void fields(V& v, PlannedTrial& t) { v("trial", t.trial); v("agents", t.agents); v("explains", t.explains); later(v, "on_candidate", t.on_candidate); }
template <class V> void fields(V& v, TrialsPlanned& e) { v("trials", e.trials); }
template <class V> void fields(V& v, TrialJudged& e) { v("trial", e.trial); v("outcome", e.outcome); v("tests", e.tests); v("suspects", e.suspects); }
template <class V> void fields(V& v, TrialStopped& e) { v("trial", e.trial); }
template <class V> void fields(V& v, BranchCondemned& e) { v("agent", e.agent); }
template <class V> void fields(V& v, Accepting& e) { v("from", e.from); v("to", e.to); }
template <class V> void fields(V& v, Accepted& e) { v("to", e.to); }
template <class V> void fields(V& v, LandRequested& e) { v("target", e.target); v("strategy", e.strategy); later(v, "push", e.push); }
template <class V> void fields(V& v, Rebased& e) { v("base", e.base); v("tree", e.tree); v("holds_run_base", e.holds_run_base); }
template <class V> void fields(V& v, LandingBuilt& e) { v("from", e.from); v("to", e.to); v("tree", e.tree); later(v, "from_tree", e.from_tree); }
template <class V> void fields(V& v, Landed& e) { v("to", e.to); }
template <class V> void fields(V&, LandingLost&) {}
template <class V> void fields(V& v, LandingRefused& e) { v("reason", e.reason); later(v, "tests", e.tests); later(v, "log", e.log); }
template <class V> void fields(V& v, RolledBack& e) { v("agents", e.agents); v("reason", e.reason); }
template <class V> void fields(V& v, RevertRequested& e) { v("agents", e.agents); v("start", e.start); v("tip", e.tip); v("commits", e.commits); later(v, "expected", e.expected); }
// clang-format on

}  // namespace par::core
