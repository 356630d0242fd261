// Refs, by the git binary: read, list, compare-and-swap, delete. A swap has failed only when the ref, read
// back, says so too: exit codes lie on a full or failing disk.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "git/repository.h"

namespace par::git {

// nullopt: the ref does not exist. Symbolic refs are followed.
[[nodiscard]] Result<std::optional<ObjectId>> read_ref(const Repository& repository, const RefName& ref);
struct RefTip {
  std::optional<ObjectId> commit;  // nullopt: the ref does not exist
  RefName branch;                  // the ref behind a symbolic one; otherwise itself
};
[[nodiscard]] Result<RefTip> read_tip(const Repository& repository, const RefName& ref);
// The commit a revision names ("main", "v1^{}", an OID); nullopt: none.
[[nodiscard]] Result<std::optional<ObjectId>> resolve_commit(const Repository& repository,
                                                             const std::string& revision);
// Every ref below the prefix ("refs/par/r1/"), sorted by name.
[[nodiscard]] Result<std::vector<std::pair<RefName, ObjectId>>> list_refs(const Repository& repository,
                                                                          const std::string& prefix);

enum class Swap { moved, lost };
// `from` empty: the ref must not exist. Already at `to`: moved. `why` goes to the reflog.
[[nodiscard]] Result<Swap> swap_ref(const Repository& repository, const RefName& ref, const ObjectId& from,
                                    const ObjectId& to, const std::string& why);
// Refs of our own come to stand there, whatever was there; after a failure some may, and doing it again mends
// that. One git process.
[[nodiscard]] Result<void> set_refs(const Repository& repository,
                                    const std::vector<std::pair<RefName, ObjectId>>& refs);
// Deletes the ref if it is at `expected`; fine when it is gone already.
[[nodiscard]] Result<Swap> delete_ref(const Repository& repository, const RefName& ref,
                                      const ObjectId& expected);
// Deletes every ref below the prefix ("refs/par/r1/").
[[nodiscard]] Result<void> delete_refs(const Repository& repository, const std::string& prefix);

}  // namespace par::git
