// What a further import of the same source changes. Pure; the known items are the caller's.
#pragma once

#include <cstddef>
#include <vector>

#include "import/findings.h"

namespace par::import {

struct KnownItem {
  ItemId id;
  bool open = true;
};

struct ImportChanges {
  std::vector<std::size_t> added;     // indices into the import's items
  std::vector<std::size_t> kept;      // known and open: the item may say something new of the same finding
  std::vector<std::size_t> reopened;  // known and closed, and there again
  // Known, open and no longer there, in the order of `known`. Empty when the import is not complete: what
  // could not be read may be among it.
  std::vector<ItemId> vanished;
  std::size_t unsure = 0;  // how many it would be, were the import complete; 0 when it is

  bool operator==(const ImportChanges&) const = default;
};

// Whether items with the same id are of two findings: an id that was given, not made from its finding, may
// come twice.
[[nodiscard]] bool is_another(const core::Item& a, const core::Item& b);

// Precondition: no id is known twice. Linear in both.
[[nodiscard]] ImportChanges compare_import(const std::vector<KnownItem>& known, const Imported& imported);

}  // namespace par::import
