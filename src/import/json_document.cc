#include "import/json_document.h"

namespace par::import {

void JsonDocument::finish() {
  if (intake_.stopped()) return;
  const bool clean = cutter_.at_end();
  if (cutter_.failure())
    intake_.bad(cutter_.failure()->offset, cutter_.failure()->reason);
  else if (!clean)
    intake_.bad(cutter_.offset(), "more text behind the document");
}

}  // namespace par::import
