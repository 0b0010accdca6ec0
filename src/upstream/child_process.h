// ChildProcess: a program that speaks in lines on its standard streams, watched over by a thread of its own.
//
// All children belong to one thread, which starts them, reads and writes their pipes and waits for their end;
// other threads only post to it. A child is started without a shell, in a process group of its own, with the
// environment that is given and nothing else of Wick's: no open file, no variable. It is killed when Wick
// dies. Its standard error is kept, the last kMaxLastWords bytes. To end one, its input is closed, then
// SIGTERM and SIGKILL follow (MCP, transports, stdio, "Shutdown").
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "connectors/secret_filter.h"
#include "http/message.h"

namespace wick::upstream {

inline constexpr std::size_t kMaxLastWords = 16 * 1024;
inline constexpr std::size_t kMaxUnwritten =
    16 * 1024 * 1024;                        // bytes waiting for a child that does not read
inline constexpr int kTermAfterSeconds = 2;  // after its input was closed
inline constexpr int kKillAfterSeconds = 2;  // after SIGTERM

struct ChildCommand {
  std::vector<std::string> words;  // the program and its arguments
  std::vector<std::pair<std::string, std::string>> environment;
  std::size_t max_line_bytes = 4 * 1024 * 1024;
  SecretFilter secrets;  // what of its words and environment must not be repeated
};

class ChildProcess {
 public:
  virtual ~ChildProcess() = default;
  // From any thread. False when the child has ended, or does not read what it was sent.
  virtual bool write(std::string line) = 0;
  virtual void stop() = 0;
  virtual bool running() const = 0;
  virtual std::string last_words() const = 0;  // of its standard error
};

class Children {
 public:
  // Both are called on the children's thread; the second once, at last, with how it ended, for people (empty:
  // it was told to), and its last words on standard error.
  using OnLine = std::function<void(std::string)>;
  using OnEnd = std::function<void(std::string how, std::string last_words)>;

  Children();
  ~Children();  // stops all children; no ChildProcess outlives it
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  // Ends all children and the thread: nothing of it is called any more. Idempotent; start() is not called
  // afterwards.
  void stop();

  // Errors: kInvalidArgument  the program cannot be started: there is none, or it may not be executed
  http::Task<Result<std::shared_ptr<ChildProcess>>> start(ChildCommand command, OnLine on_line, OnEnd on_end);

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  struct Living;
  std::shared_ptr<Living> living_;
  std::thread thread_;
};

}  // namespace wick::upstream
