#include "core/pattern_index.h"

#include <algorithm>
#include <utility>

namespace par::core {
namespace {

// The literal bytes that a segment must begin (or, with reverse iterators, end) with.
template <class Iterator>
std::string fixed_text(Iterator step, Iterator end) {
  std::string text;
  for (; step != end && !step->star && step->bytes.count() == 1; ++step)
    for (std::size_t byte = 0; byte < step->bytes.size(); ++byte)
      if (step->bytes.test(byte)) text += static_cast<char>(byte);
  return text;
}

}  // namespace

std::size_t PatternIndex::StateHash::operator()(const State& state) const {
  std::size_t hash = state.size();
  for (const auto node : state) hash = (hash ^ node) * 0x9e3779b97f4a7c15U + (hash >> 29U);
  return hash;
}

PatternIndex::PatternId PatternIndex::add(const Glob& glob, bool owns) {
  if (nodes_.empty()) {
    owning_root_ = add_node(true);
    matching_root_ = add_node(false);
  }
  NodeIndex node = owns ? owning_root_ : matching_root_;
  for (const auto& segment : glob.segments()) node = child(node, segment);
  nodes_[node].ends.push_back(patterns_);
  return patterns_++;
}

PatternIndex::NodeIndex PatternIndex::add_node(bool owns) {
  nodes_.emplace_back();
  nodes_.back().owns = owns;
  return static_cast<NodeIndex>(nodes_.size() - 1);
}

PatternIndex::NodeIndex PatternIndex::child(NodeIndex node, const GlobSegment& segment) {
  const bool owns = nodes_[node].owns;
  const auto next = static_cast<NodeIndex>(nodes_.size());
  if (segment.any_depth) {
    if (nodes_[node].any_depth == 0) {
      nodes_[node].any_depth = next;
      add_node(owns);
      nodes_[next].loops = true;
    }
    return nodes_[node].any_depth;
  }
  if (segment.literal) {
    const auto [entry, is_new] = nodes_[node].literals.try_emplace(segment.plain, next);
    const auto found = entry->second;
    if (is_new) add_node(owns);
    return found;
  }
  auto& alike = wildcards_like(node, segment);
  const auto known = std::find_if(alike.begin(), alike.end(),
                                  [&](const Wildcard& wildcard) { return wildcard.segment == segment; });
  if (known != alike.end()) return known->next;
  alike.push_back({segment, next});
  add_node(owns);
  return next;
}

std::vector<PatternIndex::Wildcard>& PatternIndex::wildcards_like(NodeIndex node,
                                                                  const GlobSegment& segment) {
  const std::string beginning = fixed_text(segment.steps.begin(), segment.steps.end());
  std::string end = fixed_text(segment.steps.rbegin(), segment.steps.rend());
  std::reverse(end.begin(), end.end());
  if (beginning.empty() && end.empty()) return nodes_[node].others;
  const bool by_end = end.size() >= beginning.size();
  const std::string& text = by_end ? end : beginning;
  auto& buckets = by_end ? nodes_[node].by_end : nodes_[node].by_beginning;
  auto bucket =
      std::find_if(buckets.begin(), buckets.end(), [&](const Bucket& b) { return b.length == text.size(); });
  if (bucket == buckets.end()) bucket = buckets.insert(bucket, {text.size(), {}});
  return bucket->wildcards[text];
}

PatternIndex::MatchId PatternIndex::match(std::string_view path) {
  if (nodes_.empty()) return 0;
  std::string buffer;
  path = folded(path, folding_, buffer);
  const auto slash = path.rfind('/');
  const bool at_root = slash == std::string_view::npos;
  const auto state = state_of(at_root ? std::string_view() : path.substr(0, slash));
  if (states_[state].empty()) return 0;
  step(states_[state], at_root ? path : path.substr(slash + 1), true);
  return intern_match();
}

PatternIndex::StateId PatternIndex::below(std::string_view directory) {
  std::string buffer;
  return state_of(folded(directory, folding_, buffer));
}

bool PatternIndex::may_match(StateId state) const {
  return std::any_of(states_[state].begin(), states_[state].end(), [&](NodeIndex index) {
    const Node& node = nodes_[index];
    return node.loops || node.any_depth != 0 || !node.literals.empty() || !node.by_end.empty() ||
           !node.by_beginning.empty() || !node.others.empty();
  });
}

bool PatternIndex::matches_all(StateId state) const {
  return std::any_of(states_[state].begin(), states_[state].end(),
                     [&](NodeIndex index) { return matches_all(nodes_[index]); });
}

// It stands for '**' at the end of a pattern, or what is left is '*' and '**' in either order.
bool PatternIndex::matches_all(const Node& node) const {
  if (node.owns) return false;
  if (node.loops && !node.ends.empty()) return true;
  return std::any_of(node.others.begin(), node.others.end(), [&](const Wildcard& wildcard) {
    if (!is_any_one(wildcard.segment)) return false;
    const Node& next = nodes_[wildcard.next];
    return (node.loops && !next.ends.empty()) ||
           (next.any_depth != 0 && !nodes_[next.any_depth].ends.empty());
  });
}

PatternIndex::StateId PatternIndex::state_of(std::string_view directory) {
  if (const auto known = directories_.find(directory); known != directories_.end()) return known->second;
  if (directory.empty()) {
    ++step_;
    marks_.resize(nodes_.size());
    reached_.clear();
    enter(owning_root_);
    enter(matching_root_);
  } else {
    const auto slash = directory.rfind('/');
    const bool at_root = slash == std::string_view::npos;
    const auto above = state_of(at_root ? std::string_view() : directory.substr(0, slash));
    step(states_[above], at_root ? directory : directory.substr(slash + 1), false);
  }
  const auto state = intern_state();
  directories_.emplace(directory, state);
  return state;
}

void PatternIndex::enter(NodeIndex node) {
  for (;;) {
    if (std::exchange(marks_[node], step_) != step_) reached_.push_back(node);
    if (nodes_[node].any_depth == 0) return;
    node = nodes_[node].any_depth;  // which may match nothing
  }
}

void PatternIndex::step(const State& state, std::string_view text, bool is_last) {
  ++step_;
  reached_.clear();
  const bool metadata = is_metadata_segment(text, is_last, folding_);
  for (const auto index : state) {
    const Node& node = nodes_[index];
    if (!node.literals.empty())
      if (const auto next = node.literals.find(text); next != node.literals.end()) enter(next->second);
    if (metadata && node.owns) continue;
    if (node.loops) enter(index);
    follow_wildcards(node, text);
  }
}

void PatternIndex::follow_wildcards(const Node& node, std::string_view text) {
  const auto follow = [&](const std::vector<Wildcard>& wildcards) {
    for (const auto& wildcard : wildcards)
      if (accepts(wildcard.segment, text)) enter(wildcard.next);
  };
  const auto look_up = [&](const Bucket& bucket, std::string_view part) {
    if (const auto found = bucket.wildcards.find(part); found != bucket.wildcards.end())
      follow(found->second);
  };
  for (const auto& bucket : node.by_end)
    if (bucket.length <= text.size()) look_up(bucket, text.substr(text.size() - bucket.length));
  for (const auto& bucket : node.by_beginning)
    if (bucket.length <= text.size()) look_up(bucket, text.substr(0, bucket.length));
  follow(node.others);
}

PatternIndex::StateId PatternIndex::intern_state() {
  std::sort(reached_.begin(), reached_.end());
  const auto [entry, is_new] = state_ids_.try_emplace(reached_, static_cast<StateId>(states_.size()));
  if (is_new) states_.push_back(reached_);
  return entry->second;
}

PatternIndex::MatchId PatternIndex::intern_match() {
  reached_.erase(std::remove_if(reached_.begin(), reached_.end(),
                                [&](NodeIndex node) { return nodes_[node].ends.empty(); }),
                 reached_.end());
  if (reached_.empty()) return 0;
  std::sort(reached_.begin(), reached_.end());
  const auto [entry, is_new] = match_ids_.try_emplace(reached_, static_cast<MatchId>(matches_.size()));
  if (is_new) {
    std::vector<PatternId> patterns;
    for (const auto node : reached_)
      patterns.insert(patterns.end(), nodes_[node].ends.begin(), nodes_[node].ends.end());
    std::sort(patterns.begin(), patterns.end());
    matches_.push_back(std::move(patterns));
  }
  return entry->second;
}

}  // namespace par::core
