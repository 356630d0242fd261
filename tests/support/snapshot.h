// What a command prints, kept in files under tests/scenario/snapshots.
#pragma once

#include <string>

#include "support/sandbox.h"

namespace par::test {

// Compares exit code, stdout and stderr with the file of that name; PAR_UPDATE_SNAPSHOTS=1 writes it instead.
// What differs from run to run is replaced first: the sandbox's directory, object ids, names of plans,
// durations.
void check_snapshot(const Sandbox& sandbox, const std::string& name, const os::Finished& finished);

}  // namespace par::test
