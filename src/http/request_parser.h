// RequestParser: Beast's HTTP/1 grammar, filling views into the connection's buffer instead of owning copies.
//
// Used only inside http/. Not thread-safe.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "http/server.h"

namespace wick::http {

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  // `fields` is cleared and filled; reused between requests so that it rarely allocates.
  RequestParser(std::vector<Field>& fields, const Limits& limits);

  // Feeds the buffer that holds the whole header (views point into it), or later parts of the body.
  std::size_t feed(std::string_view data, boost::system::error_code& ec);

  // From here on feed() is given bytes that do not stay: the body is copied.
  void stop_borrowing() { borrowing_ = false; }

  std::string_view method() const { return method_; }
  int version() const { return version_; }  // 10 or 11
  std::string_view target() const { return target_; }
  std::string_view body() const {
    return whole_body_.data() != nullptr ? whole_body_ : std::string_view(body_);
  }
  bool expects_continue() const { return expects_continue_; }
  // RFC 9112 §3.2: exactly one Host in HTTP/1.1.
  bool host_is_sound() const { return hosts_ == 1 || (hosts_ == 0 && version_ == 10); }

 private:
  using error_code = boost::system::error_code;
  using view = boost::beast::string_view;
  void on_request_impl(boost::beast::http::verb, view method, view target, int version,
                       error_code& ec) override;
  void on_response_impl(int, view, int, error_code& ec) override;
  void on_field_impl(boost::beast::http::field, view name, view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override;
  std::size_t on_body_impl(view part, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t, view, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t, view part, error_code& ec) override;
  void on_finish_impl(error_code& ec) override;

  std::vector<Field>& fields_;
  std::string_view current_;  // what feed() was given
  std::string_view method_, target_, whole_body_;
  std::string body_;
  std::uint64_t length_ = 0;
  std::uint64_t max_body_;
  int version_ = 11;
  int hosts_ = 0;
  bool borrowing_ = true, has_length_ = false, has_encoding_ = false, expects_continue_ = false;
};

}  // namespace wick::http
