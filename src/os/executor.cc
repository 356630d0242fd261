#include "os/executor.h"

#include "base/check.h"
#include "os/jobs.h"

namespace par::os {

Result<std::unique_ptr<Executor>> make_executor(ExecutorKind kind, const std::string& root) {
  switch (kind) {
    case ExecutorKind::local:
      return local_executor(root);
  }
  bug("an executor that has no name");
}

}  // namespace par::os
