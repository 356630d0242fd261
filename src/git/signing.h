// Commits signed as git is configured (commit.gpgSign, gpg.format, user.signingKey, gpg.program, ...), by git
// itself.
#pragma once

#include "base/result.h"
#include "git/objects.h"
#include "git/repository.h"

namespace par::git {

// Writes the commit with a signature, which may be another one each time: the commit of one call is not that
// of the next. The key must need no terminal: what asks for a passphrase does it by an agent, or by
// SSH_ASKPASS. Errors: nothing was signed, with what git says of it.
[[nodiscard]] Result<ObjectId> write_signed_commit(const Repository& repository, const NewCommit& commit);

}  // namespace par::git
