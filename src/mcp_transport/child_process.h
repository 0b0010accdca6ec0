// ChildProcess: a program that exchanges lines with Wick over its standard streams.
//
// One thread manages all children: it starts them, reads and writes their pipes and waits for their end. Other threads
// only post to it. A child is started without a shell, in a process group of its own. It gets the given environment, and
// no open file or variable of Wick. It is killed when Wick dies. The last part of its standard error is kept for admins.
// A line that is too long is dropped, except for the id in it. To stop a child, its input is closed, then it receives
// SIGTERM and SIGKILL (MCP, transports, stdio, "Shutdown").
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
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
// The part of one line above max_line_bytes that is read and dropped. A child that writes a longer line is stopped.
inline constexpr std::size_t kMaxDroppedBytes = 64 * 1024 * 1024;
inline constexpr std::size_t kMaxUnwritten =
    16 * 1024 * 1024;                                 // bytes waiting for a child that does not read
inline constexpr std::chrono::seconds kTermDelay{2};  // after its input was closed
inline constexpr std::chrono::seconds kKillDelay{2};  // after SIGTERM

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

// The end of text() in quotes, short enough for an error message; empty when there is no text.
std::string standard_error_excerpt(std::string_view text);

struct ChildCommand {
  std::vector<std::string> words;  // the program and its arguments
  std::vector<std::pair<std::string, std::string>> environment;
  std::size_t max_line_bytes = 4 * 1024 * 1024;
  SecretFilter secrets;                           // the secrets in its words and environment, for redaction
  std::shared_ptr<StandardError> standard_error;  // receives its standard error; null: that is dropped
};

class ChildProcess {
 public:
  virtual ~ChildProcess() = default;
  // From any thread. False when the child has ended, or does not read its input.
  virtual bool write(std::string line) = 0;
  virtual void stop() = 0;
  virtual bool is_running() const = 0;
};

// The events of a child. The functions are called on the children's thread.
struct ChildEvents {
  std::function<void(std::string)> line;
  std::function<void(Envelope)> dropped;  // a line longer than max_line_bytes
  std::function<void(std::string how)>
      ended;  // the last event; `how` is a text for people, empty when the child was stopped
};

class ChildProcessManager {
 public:
  ChildProcessManager();
  ~ChildProcessManager();  // stops all children; no ChildProcess outlives it
  ChildProcessManager(const ChildProcessManager&) = delete;
  ChildProcessManager& operator=(const ChildProcessManager&) = delete;

  // Stops all children and the thread. No event is called after that. Idempotent; start() is not called afterwards.
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
