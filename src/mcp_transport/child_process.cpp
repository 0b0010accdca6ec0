#include "mcp_transport/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <deque>
#include <set>

#include "base/mailbox.h"
#include "base/open_files.h"
#include "base/text.h"

namespace wick::upstream {
namespace {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
using boost::system::error_code;
constexpr asio::use_awaitable_t<Executor> kAwait;

constexpr std::size_t kShownStandardError = 300;

// Searches the program in PATH, as a shell does.
std::string find_program(const std::string& name, const ChildCommand& command) {
  if (name.find('/') != std::string::npos) return name;
  std::string path = "/usr/local/bin:/usr/bin:/bin";
  for (const auto& [key, value] : command.environment) {
    if (key == "PATH") path = value;
  }
  for (const std::string_view folder : split(path, ':')) {
    std::string file = std::string(folder) + "/" + name;
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == 0) {
      read = ends[0];
      write = ends[1];
    }
  }
  ~Pipe() {
    for (const int end : {read, write}) {
      if (end >= 0) ::close(end);
    }
  }
  int take_read() { return std::exchange(read, -1); }
  int take_write() { return std::exchange(write, -1); }
};

// In the forked process: only calls that are safe there (signal-safety(7)). Never returns.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, int in,
                         int out, int err, int report) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Descriptors 0 to 2 must not be overwritten before they are used, and `report` must have a higher number.
  const int high_in = fcntl(in, F_DUPFD, 10), high_out = fcntl(out, F_DUPFD, 10),
            high_err = fcntl(err, F_DUPFD, 10), high_report = fcntl(report, F_DUPFD_CLOEXEC, 10);
  dup2(high_in, 0);
  dup2(high_out, 1);
  dup2(high_err, 2);
  dup2(high_report, 3);
  fcntl(3, F_SETFD, FD_CLOEXEC);
  syscall(SYS_close_range, 4u, ~0u, 0u);
  restore_open_file_limit();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGCHLD, SIG_DFL);
  execve(program, arguments, environment);
  const int cause = errno;
  [[maybe_unused]] const auto told = ::write(3, &cause, sizeof cause);
  _exit(127);
}

std::string how_it_ended(int status) {
  if (WIFEXITED(status)) return "ended with the status " + std::to_string(WEXITSTATUS(status));
  if (WIFSIGNALED(status)) return std::string("was ended by the signal ") + strsignal(WTERMSIG(status));
  return "ended";
}

class Child final : public ChildProcess, public std::enable_shared_from_this<Child> {
 public:
  Child(Executor executor, const ChildCommand& command, ChildEvents events)
      : executor_(executor),
        in_(executor),
        out_(executor),
        err_(executor),
        exit_(executor),
        patience_(executor),
        max_line_(command.max_line_bytes),
        standard_error_(command.standard_error),
        events_(std::move(events)) {}
  ~Child() override {
    // The coroutines were destroyed with the thread, so the child is killed here.
    if (pid_ > 0 && running_) {
      ::kill(-pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }

  // On the children's thread, because the child is killed when the thread that started it ends.
  Result<void> spawn(const ChildCommand& command) {
    const std::string program = find_program(command.words.front(), command);
    if (program.empty()) {
      return fail(ErrorCode::kInvalidArgument, "There is no program \"" + command.words.front() +
                                                   "\" on this machine: install it, or give its path.");
    }
    std::vector<char*> arguments, environment;
    std::vector<std::string> variables;
    for (const auto& [name, value] : command.environment) variables.push_back(name + "=" + value);
    for (const auto& word : command.words) arguments.push_back(const_cast<char*>(word.c_str()));
    for (const auto& variable : variables) environment.push_back(const_cast<char*>(variable.c_str()));
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    Pipe in, out, err, report;
    if (in.read < 0 || out.read < 0 || err.read < 0 || report.read < 0 || is_reserved_file(report.write))
      return fail(ErrorCode::kUnavailable, "No pipe can be made: too many files are open.");
    const pid_t pid = fork();
    if (pid < 0)
      return fail(ErrorCode::kUnavailable, std::string("No process can be started: ") + std::strerror(errno));
    if (pid == 0)
      become(program.c_str(), arguments.data(), environment.data(), in.read, out.write, err.write,
             report.write);
    ::close(report.take_write());
    int cause = 0;
    if (::read(report.read, &cause, sizeof cause) == sizeof cause) {
      waitpid(pid, nullptr, 0);
      return fail(ErrorCode::kInvalidArgument,
                  "The program \"" + program + "\" cannot be started: " + std::strerror(cause) + ".");
    }
    const int exit_descriptor = int(syscall(SYS_pidfd_open, pid, 0));
    if (exit_descriptor < 0) {
      ::kill(-pid, SIGKILL);
      waitpid(pid, nullptr, 0);
      return fail(ErrorCode::kUnavailable, "No process can be watched: too many files are open.");
    }
    pid_ = pid;
    running_ = true;
    in_.assign(in.take_write());
    out_.assign(out.take_read());
    err_.assign(err.take_read());
    exit_.assign(exit_descriptor);
    in_.non_blocking(true);
    return {};
  }

  void watch(std::function<void()> gone) {
    const auto self = shared_from_this();
    asio::co_spawn(executor_, self->read_out(self), asio::detached);
    asio::co_spawn(executor_, self->read_err(self), asio::detached);
    asio::co_spawn(executor_, self->wait_for_end(self, std::move(gone)), asio::detached);
  }

  bool write(std::string line) override {
    if (!running_ || unwritten_.load() + line.size() > kMaxUnwritten) return false;
    unwritten_ += line.size();
    asio::post(executor_, [self = shared_from_this(), line = std::move(line)]() mutable {
      self->queue_.push_back(std::move(line));
      if (!std::exchange(self->writing_, true))
        asio::co_spawn(self->executor_, self->write_all(self), asio::detached);
    });
    return true;
  }

  void stop() override {
    if (!running_) return;  // the thread may have ended too
    asio::post(executor_, [self = shared_from_this()] {
      self->told_ = true;
      self->start_shutdown();
    });
  }
  bool is_running() const override { return running_; }

 private:
  http::Task<void> write_all(std::shared_ptr<Child> /*keeps itself*/) {
    while (!queue_.empty()) {
      const std::string line = std::move(queue_.front());
      queue_.pop_front();
      error_code ec;
      co_await asio::async_write(in_, asio::buffer(line), asio::redirect_error(kAwait, ec));
      unwritten_ -= line.size();
    }
    writing_ = false;
    if (closing_) close_input();
  }

  // A line that is too long fails its own request only: the rest of the line is read and dropped.
  http::Task<void> read_out(std::shared_ptr<Child> /*keeps itself*/) {
    std::string buffer;
    std::optional<EnvelopeScanner> dropping;
    std::size_t dropped = 0;
    std::array<char, 16384> bytes;
    const auto take = [&](std::string_view part) {
      if (dropping) {
        dropped += part.size();
        dropping->feed(part);
      } else if (buffer.append(part); buffer.size() > max_line_) {
        dropping.emplace().feed(buffer);
        dropped = buffer.size();
        buffer = std::string();
      }
    };
    for (;;) {
      error_code ec;
      const std::size_t count =
          co_await out_.async_read_some(asio::buffer(bytes), asio::redirect_error(kAwait, ec));
      if (ec || count == 0) break;
      std::string_view more(bytes.data(), count);
      for (auto end = more.find('\n'); end != std::string_view::npos; end = more.find('\n')) {
        take(more.substr(0, end));
        more.remove_prefix(end + 1);
        if (dropping) {
          events_.dropped(dropping->envelope());
          dropping.reset();
        } else {
          if (buffer.ends_with('\r')) buffer.pop_back();
          if (!buffer.empty()) events_.line(std::exchange(buffer, {}));
        }
      }
      take(more);
      if (dropping && dropped > std::max(kMaxDroppedBytes, max_line_)) {
        why_ = "wrote a message larger than " + std::to_string(max_line_) +
               " bytes that did not end and was stopped";
        break;
      }
    }
    start_shutdown();  // a child that has closed its output is stopped
  }

  http::Task<void> read_err(std::shared_ptr<Child> /*keeps itself*/) {
    std::array<char, 4096> bytes;
    for (;;) {
      error_code ec;
      const std::size_t count =
          co_await err_.async_read_some(asio::buffer(bytes), asio::redirect_error(kAwait, ec));
      if (ec || count == 0) co_return;
      keep_error({bytes.data(), count});
    }
  }
  void keep_error(std::string_view bytes) {
    if (standard_error_ != nullptr) standard_error_->append(bytes);
  }

  http::Task<void> wait_for_end(std::shared_ptr<Child> /*keeps itself*/, std::function<void()> gone) {
    error_code ec;
    co_await exit_.async_wait(Descriptor::wait_read, asio::redirect_error(kAwait, ec));
    int status = 0;
    waitpid(pid_, &status, 0);
    ::kill(-pid_, SIGKILL);  // the processes that the child has started
    running_ = false;
    patience_.cancel();
    error_code ignored;
    in_.close(ignored);
    // The last output is still in the pipes. Wick does not wait for their end, because another process of the child may keep
    // them open.
    std::array<char, 4096> bytes;
    err_.non_blocking(true);
    for (std::size_t count = 0; (count = err_.read_some(asio::buffer(bytes), ignored)) > 0 && !ignored;)
      keep_error({bytes.data(), count});
    err_.close(ignored);
    out_.close(ignored);
    events_.ended(told_ ? "" : why_.empty() ? how_it_ended(status) : why_);
    gone();
  }

  void close_input() {
    error_code ignored;
    if (in_.is_open()) in_.close(ignored);
  }

  // Closes the input, then sends SIGTERM and SIGKILL, with a delay between them.
  void start_shutdown() {
    if (std::exchange(closing_, true) || !running_) return;
    if (!writing_) close_input();
    patience_.expires_after(kTermDelay);
    patience_.async_wait([self = shared_from_this()](error_code ec) {
      if (ec || !self->running_) return;
      if (self->why_.empty()) self->why_ = "closed its output and was stopped";
      ::kill(-self->pid_, SIGTERM);
      self->patience_.expires_after(kKillDelay);
      self->patience_.async_wait([self](error_code again) {
        if (!again && self->running_) ::kill(-self->pid_, SIGKILL);
      });
    });
  }

  const Executor executor_;
  Descriptor in_, out_, err_, exit_;
  Timer patience_;
  const std::size_t max_line_;
  const std::shared_ptr<StandardError> standard_error_;
  const ChildEvents events_;
  pid_t pid_ = -1;
  std::atomic<bool> running_ = false;
  std::atomic<std::size_t> unwritten_ = 0;
  std::deque<std::string> queue_;
  bool writing_ = false, closing_ = false, told_ = false;
  std::string why_;
};

}  // namespace

struct ChildProcessManager::Living {
  std::set<std::shared_ptr<Child>> children;  // only used on the thread
};

ChildProcessManager::ChildProcessManager()
    : guard_(context_.get_executor()),
      living_(std::make_shared<Living>()),
      thread_([this] { context_.run(); }) {}

ChildProcessManager::~ChildProcessManager() {
  stop();
}

void ChildProcessManager::stop() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] {
    for (const auto& child : living_->children) child->stop();
    guard_.reset();  // run() returns after the last child has ended
  });
  thread_.join();
}

http::Task<Result<std::shared_ptr<ChildProcess>>> ChildProcessManager::start(ChildCommand command,
                                                                             ChildEvents events) {
  const auto answer = std::make_shared<Mailbox<Result<std::shared_ptr<ChildProcess>>>>();
  asio::post(context_, [this, answer, command = std::move(command), events = std::move(events)]() mutable {
    const auto child = std::make_shared<Child>(context_.get_executor(), command, std::move(events));
    if (auto spawned = child->spawn(command); !spawned) {
      answer->put(fail(std::move(spawned.error())));
      return;
    }
    living_->children.insert(child);
    child->watch([living = living_, child] { living->children.erase(child); });
    answer->put(std::shared_ptr<ChildProcess>(child));
  });
  auto started = co_await answer->take();
  if (!started) co_return fail(ErrorCode::kUnavailable, "The server is shutting down.");
  co_return std::move(*started);
}

void StandardError::append(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  kept_.append(bytes);
  if (kept_.size() <= kMaxStandardError) return;
  kept_.erase(0, kept_.size() - kMaxStandardError);
  shortened_ = true;
}

std::string StandardError::text(const SecretFilter& secrets) const {
  std::string out;
  {
    const std::lock_guard lock(mutex_);
    out = kept_;
    // The rest of a line may begin with a part of a secret.
    if (shortened_) out.erase(0, std::min(out.find('\n'), kMaxStandardError / 2) + 1);
  }
  secrets.clean(out);
  if (!is_valid_utf8(out)) {
    for (char& c : out) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
  }
  return out;
}

std::string standard_error_excerpt(std::string_view text) {
  text = trim(text);
  if (text.size() > kShownStandardError) text.remove_prefix(text.size() - kShownStandardError);
  while (!text.empty() && (text.front() & 0xC0) == 0x80) text.remove_prefix(1);  // a part of a character
  return text.empty() ? "" : "\"" + printable(text) + "\"";
}

}  // namespace wick::upstream
