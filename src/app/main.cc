// The program `wick`: see command_line.h.
#include <sys/prctl.h>

#include "app/command_line.h"
#include "base/environment.h"

int main(int argc, char** argv) {
  wick::hide_environment({"WICK_SECRET_KEY", "WICK_OIDC_CLIENT_SECRET", "WICK_TOKEN"});
#ifndef __SANITIZE_ADDRESS__  // whose search for leaks has to trace this process
  // No process of the same user, a connector's program among them, may read this one's memory or trace it. (A
  // debugger has to be root, and there are no core dumps.)
  prctl(PR_SET_DUMPABLE, 0);
#endif
  return wick::run_command_line(argc, argv);
}
