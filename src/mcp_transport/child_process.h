// ChildProcess: a program that speaks in lines on its standard streams, watched over by a thread of its own.
//
// All children belong to one thread, which starts them, reads and writes their pipes and waits for their end;
// other threads only post to it. A child is started without a shell, in a process group of its own, with the
// environment that is given and nothing else of Wick's: no open file, no variable. It is killed when Wick
// dies. The end of its standard error is kept for admins. A line that is too long is read and dropped, but
// for the id in it. To end a child, its input is closed, then SIGTERM and SIGKILL follow (MCP, transports,
// stdio, "Shutdown").
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "mcp_transport/envelope_scanner.h"
#include "redaction/secret_filter.h"

namespace wick::upstream {

inline constexpr std::size_t kMaxStandardError = 16 * 1024;
// Of one line that is too long; a child that writes more without an end, and more than its max_line_bytes, is
// stopped.
inline constexpr std::size_t kMaxDroppedBytes = 64 * 1024 * 1024;
inline constexpr std::size_t kMaxUnwritten =
    16 * 1024 * 1024;                        // bytes waiting for a child that does not read
inline constexpr int kTermAfterSeconds = 2;  // after its input was closed
inline constexpr int kKillAfterSeconds = 2;  // after SIGTERM

// The last kMaxStandardError bytes that some children wrote to standard error. Thread-safe.
class StandardError {
 public:
  void append(std::string_view bytes);
  // Without the secrets, in valid UTF-8. A first line that is not whole is left out.
  std::string text(const SecretFilter& secrets) const;

 private:
  mutable std::mutex mutex_;
  std::string kept_;
  bool shortened_ = false;
};

// What of text() fits an error: its end, in quotes; empty when there is nothing.
std::string standard_error_excerpt(std::string_view text);

struct ChildCommand {
  std::vector<std::string> words;  // the program and its arguments
  std::vector<std::pair<std::string, std::string>> environment;
  std::size_t max_line_bytes = 4 * 1024 * 1024;
  SecretFilter secrets;                           // what of its words and environment must not be repeated
  std::shared_ptr<StandardError> standard_error;  // where that goes; null: it is dropped
};

class ChildProcess {
 public:
  virtual ~ChildProcess() = default;
  // From any thread. False when the child has ended, or does not read what it was sent.
  virtual bool write(std::string line) = 0;
  virtual void stop() = 0;
  virtual bool running() const = 0;
};

// What happens to a child. Called on the children's thread.
struct ChildEvents {
  std::function<void(std::string)> line;
  std::function<void(Envelope)> dropped;       // a line longer than max_line_bytes
  std::function<void(std::string how)> ended;  // once, at last; how, for people; empty: it was told to
};

class ChildProcessManager {
 public:
  ChildProcessManager();
  ~ChildProcessManager();  // stops all children; no ChildProcess outlives it
  ChildProcessManager(const ChildProcessManager&) = delete;
  ChildProcessManager& operator=(const ChildProcessManager&) = delete;

  // Ends all children and the thread: nothing of it is called any more. Idempotent; start() is not called
  // afterwards.
  void stop();

  // Errors: kInvalidArgument  the program cannot be started: there is none, or it may not be executed
  http::Task<Result<std::shared_ptr<ChildProcess>>> start(ChildCommand command, ChildEvents events);

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  struct Living;
  std::shared_ptr<Living> living_;
  std::thread thread_;
};

}  // namespace wick::upstream
