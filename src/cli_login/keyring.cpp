#include "cli_login/keyring.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

extern char** environ;

namespace wick::cli_login {
namespace {

constexpr int kMissingProgram = 127, kNoBus = 126, kBroken = 125;

struct Outcome {
  int code = 0;
  std::string output;
};

// Without a session bus, secret-tool would try to start one and could open a window.
bool has_session_bus() {
  if (std::getenv("DBUS_SESSION_BUS_ADDRESS") != nullptr) return true;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return runtime != nullptr && access((std::string(runtime) + "/bus").c_str(), F_OK) == 0;
}

// Runs secret-tool with `input` on standard input. Returns standard output and ignores standard error.
Outcome secret_tool(std::vector<std::string> arguments, std::string_view input) {
  if (!has_session_bus()) return {kNoBus, ""};
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0) return {kMissingProgram, ""};
  if (pipe2(out, O_CLOEXEC) != 0) {
    close(in[0]);
    close(in[1]);
    return {kMissingProgram, ""};
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  arguments.insert(arguments.begin(), "secret-tool");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = -1;
  const int spawned = posix_spawnp(&child, "secret-tool", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  Outcome outcome{kMissingProgram, ""};
  if (spawned == 0) {
    // The secret is smaller than the buffer of a pipe, so writing before reading does not block.
    const auto ignored = std::signal(SIGPIPE, SIG_IGN);
    const bool sent = write(in[1], input.data(), input.size()) == ssize_t(input.size());
    std::signal(SIGPIPE, ignored);
    close(in[1]);
    in[1] = -1;
    char chunk[4096];
    for (ssize_t count = 0; (count = read(out[0], chunk, sizeof chunk)) > 0;) {
      if (outcome.output.size() < kMaxKeyringBytes) outcome.output.append(chunk, std::size_t(count));
    }
    wipe(chunk, sizeof chunk);
    int status = 0;
    waitpid(child, &status, 0);
    outcome.code = WIFEXITED(status) && sent ? WEXITSTATUS(status) : kBroken;
  }
  if (in[1] >= 0) close(in[1]);
  close(out[0]);
  return outcome;
}

std::unexpected<Error> no_keyring(int code) {
  return fail(
      ErrorCode::kUnavailable,
      code == kMissingProgram
          ? "There is no secret-tool here (Debian package libsecret-tools): use --store file."
      : code == kNoBus
          ? "There is no desktop session here, and so no keyring: use --store file."
          : "The system's keyring does not answer, is locked, or has no entry for this server: unlock it, "
            "or log in again with --store file.");
}

}  // namespace

Result<void> keyring_store(const std::string& url, const Secret& secret) {
  const Outcome done =
      secret_tool({"store", "--label=Wick: " + url, "application", "wick", "url", url}, secret.reveal());
  if (done.code != 0) return no_keyring(done.code);
  return {};
}

Result<Secret> keyring_load(const std::string& url) {
  Outcome done = secret_tool({"lookup", "application", "wick", "url", url}, "");
  if (done.code != 0 || done.output.empty()) return no_keyring(done.code);
  return Secret(std::move(done.output));
}

Result<void> keyring_clear(const std::string& url) {
  const Outcome done = secret_tool({"clear", "application", "wick", "url", url}, "");
  if (done.code == kMissingProgram || done.code == kNoBus) return no_keyring(done.code);
  return {};  // the exit code is 1 when there is nothing to clear
}

}  // namespace wick::cli_login
