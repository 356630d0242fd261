#include "app/environment.h"

#include "support/catch.h"

using namespace par;

TEST_CASE("environment: what commands see is an allow-list, the same in every terminal") {
  const os::Environment ours{"PATH=/usr/lib/git-core:/usr/bin",
                             "GIT_EXEC_PATH=/usr/lib/git-core",
                             "GIT_DIR=/elsewhere",
                             "LD_PRELOAD=x",
                             "BASH_ENV=x",
                             "HOME=/home/ada",
                             "TERM=xterm",
                             "XDG_SESSION_ID=7",
                             "XDG_CONFIG_HOME=/c",
                             "LC_ALL=C",
                             "SECRET=x",
                             "MY_TOKEN=t"};
  CHECK(app::allowed_environment(ours, {}) ==
        os::Environment{"HOME=/home/ada", "LC_ALL=C", "PATH=/usr/bin", "TERM=dumb", "XDG_CONFIG_HOME=/c"});
  CHECK(app::allowed_environment(ours, {"MY_*", "GIT_*", "LD_PRELOAD"}) ==
        os::Environment{"HOME=/home/ada", "LC_ALL=C", "MY_TOKEN=t", "PATH=/usr/bin", "TERM=dumb",
                        "XDG_CONFIG_HOME=/c"});
}
