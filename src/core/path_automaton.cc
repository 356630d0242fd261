#include "core/path_automaton.h"

namespace par::core {

PlaceIndex PathAutomaton::add(const Glob& glob) {
  const auto start = static_cast<PlaceIndex>(places_.size());
  for (const auto& segment : glob.segments()) add(segment);
  return finish(start);
}

PlaceIndex PathAutomaton::add_everything() {
  const auto start = static_cast<PlaceIndex>(places_.size());
  add_any_depth(true);
  return finish(start);
}

PlaceIndex PathAutomaton::finish(PlaceIndex start) {
  places_.push_back({PlaceKind::end, false, 0, {}});
  for (auto place = start; place < places_.size(); ++place) places_[place].pattern = patterns_;
  ++patterns_;
  return start;
}

void PathAutomaton::add(const GlobSegment& segment) {
  if (segment.any_depth) {
    add_any_depth(false);
    return;
  }
  for (const auto& step : segment.steps)
    places_.push_back({step.star ? PlaceKind::star : PlaceKind::byte, segment.literal, 0, step.bytes});
  places_.push_back({PlaceKind::segment_end, segment.literal, 0, {}});
}

void PathAutomaton::add_any_depth(bool literal) {
  places_.push_back({PlaceKind::any_depth, literal, 0, {}});
  places_.push_back({PlaceKind::in_any_depth, literal, 0, {}});
}

void PathAutomaton::enter(PlaceIndex i, std::vector<PlaceIndex>& out) const {
  for (;;) {
    out.push_back(i);
    if (places_[i].kind == PlaceKind::star)
      i += 1;
    else if (places_[i].kind == PlaceKind::any_depth)
      i += 2;
    else
      return;
  }
}

void PathAutomaton::step(PlaceIndex i, char c, std::vector<PlaceIndex>& out) const {
  const bool ends = c == kEndOfSegment;
  switch (places_[i].kind) {
    case PlaceKind::byte:
      if (places_[i].bytes.test(static_cast<unsigned char>(c))) enter(i + 1, out);
      return;
    case PlaceKind::star:
      if (!ends) enter(i, out);
      return;
    case PlaceKind::segment_end:
      if (ends) enter(i + 1, out);
      return;
    case PlaceKind::any_depth:
      if (!ends) out.push_back(i + 1);
      return;
    case PlaceKind::in_any_depth:
      if (ends)
        enter(i - 1, out);
      else
        out.push_back(i);
      return;
    case PlaceKind::end:
      return;
  }
}

}  // namespace par::core
