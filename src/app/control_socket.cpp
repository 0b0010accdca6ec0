#include "app/control_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <list>
#include <thread>

#include "app/commands.h"
#include "base/json.h"
#include "base/log.h"

namespace wick {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<sockaddr_un> address_of(const std::string& data) {
  const std::string path = data + "/wick.sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::kInvalidArgument, "The path of the data folder is too long for a socket in it (" +
                                                 path + "): use one of at most " +
                                                 std::to_string(sizeof address.sun_path - 11) + " bytes.");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

void set_timeout(int fd, int seconds) {
  const timeval limit{seconds, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

// A line without its end; nullopt when the peer went away, was slow or sent too much.
std::optional<std::string> read_line(int fd) {
  std::string line;
  char chunk[4096];
  while (line.size() < kMaxControlBytes) {
    const ssize_t count = recv(fd, chunk, sizeof chunk, 0);
    if (count <= 0) return std::nullopt;
    line.append(chunk, std::size_t(count));
    if (line.back() == '\n') {
      line.pop_back();
      return line;
    }
  }
  return std::nullopt;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(std::size_t(count));
  }
  return true;
}

json::object answer(Instance& instance, std::string_view line) {
  auto request = parse_json(line);
  Result<json::object> result = fail(ErrorCode::kInvalidArgument, "The request is not a command.");
  if (request && request->is_object()) {
    const auto name = required_string(request->get_object(), "command");
    const auto* arguments = request->get_object().if_contains("arguments");
    if (name && arguments != nullptr && arguments->is_object())
      result = run_command(instance, *name, arguments->get_object());
  }
  json::object out;
  if (result) {
    out["result"] = std::move(*result);
  } else {
    json::object error;
    error["code"] = static_cast<int>(result.error().code);
    error["message"] = result.error().message;
    out["error"] = std::move(error);
  }
  return out;
}

}  // namespace

struct ControlSocket::Impl {
  // One client, served on a thread of its own: a command that waits for another system must not hold up the
  // revocation that comes after it. Only the listening thread touches the list.
  struct Client {
    std::thread thread;
    std::atomic<bool> done = false;
  };

  Instance& instance;
  std::string path;
  Descriptor listener, stop;
  std::thread thread;
  std::list<Client> clients = {};

  void reap(bool all) {
    for (auto client = clients.begin(); client != clients.end();) {
      if (!all && !client->done) {
        ++client;
        continue;
      }
      client->thread.join();
      client = clients.erase(client);
    }
  }

  void loop() {
    for (;;) {
      pollfd waiting[2] = {{listener.get(), POLLIN, 0}, {stop.get(), POLLIN, 0}};
      if (poll(waiting, 2, -1) < 0 && errno != EINTR) return;
      if (waiting[1].revents != 0) return;
      if (waiting[0].revents == 0) continue;
      Descriptor client(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client.get() < 0) continue;
      ucred peer{};
      socklen_t size = sizeof peer;
      if (getsockopt(client.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
          (peer.uid != geteuid() && peer.uid != 0))
        continue;
      set_timeout(client.get(), kControlTimeoutSeconds);
      reap(false);
      if (clients.size() >= kMaxControlClients) continue;  // closed: "the server did not answer, try again"
      Client& served = clients.emplace_back();
      served.thread = std::thread([this, &served, socket = std::move(client)] {
        if (const auto line = read_line(socket.get()))
          write_all(socket.get(), to_json(answer(instance, *line)) + "\n");
        served.done = true;
      });
    }
  }
};

ControlSocket::ControlSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->thread = std::thread([this] { impl_->loop(); });
}

ControlSocket::~ControlSocket() {
  const std::uint64_t one = 1;
  if (write(impl_->stop.get(), &one, sizeof one) != sizeof one)
    spdlog::error("the control socket cannot be stopped");
  impl_->thread.join();
  impl_->reap(true);
  unlink(impl_->path.c_str());
}

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(const std::string& data, Instance& instance) {
  const auto address = address_of(data);
  if (!address) return fail(address.error());
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Descriptor stop(eventfd(0, EFD_CLOEXEC));
  unlink(address->sun_path);  // of a server that was killed; the lock says that none lives
  const mode_t before = umask(0177);
  const int bound = bind(listener.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
  umask(before);
  if (bound != 0 || ::listen(listener.get(), 16) != 0) {
    return fail(ErrorCode::kUnavailable,
                std::string("Cannot make ") + address->sun_path + ": " + std::strerror(errno) + ".");
  }
  auto impl =
      std::unique_ptr<Impl>(new Impl{instance, address->sun_path, std::move(listener), std::move(stop), {}});
  return std::unique_ptr<ControlSocket>(new ControlSocket(std::move(impl)));
}

Result<json::object> send_command(const std::string& data, const std::string& name,
                                  const json::object& arguments) {
  const auto address = address_of(data);
  if (!address) return fail(address.error());
  Descriptor server(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(server.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return fail(ErrorCode::kUnavailable, std::string("No server answers at ") + address->sun_path + ".");
  }
  json::object request;
  request["command"] = name;
  request["arguments"] = arguments;
  std::optional<std::string> line;
  if (write_all(server.get(), to_json(request) + "\n")) line = read_line(server.get());
  if (!line)
    return fail(ErrorCode::kUnavailable, "The server did not answer: it may be stopping. Try again.");
  auto reply = parse_json(*line);
  if (reply && reply->is_object()) {
    if (auto* result = reply->get_object().if_contains("result"); result != nullptr && result->is_object()) {
      return std::move(result->get_object());
    }
    if (auto* error = reply->get_object().if_contains("error"); error != nullptr && error->is_object()) {
      const auto code = optional_int(error->get_object(), "code");
      const auto message = required_string(error->get_object(), "message");
      if (code && *code && message) return fail(static_cast<ErrorCode>(**code), *message);
    }
  }
  return fail(ErrorCode::kInternal,
              "The server's answer cannot be read. The server may have another version.");
}

}  // namespace wick
