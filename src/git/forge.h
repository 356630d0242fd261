// Pull requests at the forge that hosts a remote, by the user's own gh: its login, its settings. Owns how gh
// is asked and read; what comes next is decided in app/pull_requests.
//
// Every call is one process of gh, which asks the network. Errors have gh's own words as causes, and a hint
// where it is not logged in.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "core/config.h"
#include "core/pull_request.h"
#include "git/repository.h"

namespace par::git {

// Where pull requests are opened, and where their branches are.
struct Forge {
  std::string cwd;
  std::string repository;   // as gh takes it: the remote's URL
  std::string head_remote;  // branches are pushed there
  std::string head_owner;   // of that repository on the forge; empty: it is the same one
};

enum class PullState { open, closed, merged };

struct PullRequest {
  int number = 0;
  std::string url;
  PullState state = PullState::open;
  ObjectId head;  // the commit that it would merge, or merged
};

// An Error with a hint where there is no gh.
[[nodiscard]] Result<void> require_gh();
// Asks for pull requests onto what `remote` holds, where a push of `branch` goes to. Errors: `remote` has no
// URL or is a path, or gh cannot read that repository.
[[nodiscard]] Result<Forge> find_forge(const Repository& repository, const std::string& remote,
                                       const RefName& branch);

// Those of the branch `head` onto `base`, whatever became of them, the newest first.
[[nodiscard]] Result<std::vector<PullRequest>> pull_requests(const Forge& forge, const RefName& head,
                                                             const RefName& base);
// Precondition: `head` is pushed, and `commit` is its tip.
[[nodiscard]] Result<PullRequest> open_pull_request(const Forge& forge, const RefName& head,
                                                    const RefName& base, const core::PullText& text);
[[nodiscard]] Result<core::PullText> read_pull_text(const Forge& forge, const PullRequest& pull);
[[nodiscard]] Result<void> write_pull_text(const Forge& forge, const PullRequest& pull,
                                           const core::PullText& text);

// How a pull request stands.
struct PullLook {
  PullState state = PullState::open;
  ObjectId head;
  bool settled = true;  // the forge knows whether it can be merged
  std::vector<core::PullCheck> checks;
};
[[nodiscard]] Result<PullLook> look_at(const Forge& forge, const PullRequest& pull);

// Merges it as soon as what the forge requires is met, which may be now, with `message` where the method
// makes a commit of its own. Error: somebody has pushed to it since pull.head.
[[nodiscard]] Result<void> merge_pull_request(const Forge& forge, const PullRequest& pull,
                                              core::PullMerge method, const std::string& message);

}  // namespace par::git
