// What the readers of one big JSON document have in common: they walk it with the cutter and give its records
// to simdjson.
#pragma once

#include "import/json_cutter.h"
#include "import/json_record.h"
#include "import/readers.h"

namespace par::import {

class JsonDocument {
 public:
  JsonDocument(Input& input, Intake& intake) : cutter_(input), intake_(intake) {}

  [[nodiscard]] JsonCutter& cutter() { return cutter_; }
  [[nodiscard]] Intake& intake() { return intake_; }

  // Uses up the next value, calls use(object, offset) when it is an object and counts it as bad when it is
  // none. False: nothing more is to be read.
  template <class Use>
  bool record(const Use& use) {
    const auto cut = cutter_.value();
    if (!cut) return false;
    if (const auto object = parser_.object(*cut))
      use(*object, cut->offset);
    else
      intake_.bad(cut->offset, parser_.problem());
    return !intake_.stopped();
  }
  // To be called once at the end: what the walk stumbled over is one bad record.
  void finish();

 private:
  JsonCutter cutter_;
  Intake& intake_;
  RecordParser parser_;
};

}  // namespace par::import
