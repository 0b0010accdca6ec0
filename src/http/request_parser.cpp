#include "http/request_parser.h"

#include <boost/asio/buffer.hpp>

#include "base/text.h"

namespace wick::http {
namespace {

namespace beast_http = boost::beast::http;

std::string_view std_view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

RequestParser::RequestParser(std::vector<Field>& fields, const Limits& limits)
    : fields_(fields), max_body_(limits.max_body_bytes) {
  fields_.clear();
  header_limit(std::uint32_t(limits.max_header_bytes));
  body_limit(limits.max_body_bytes);
  eager(true);
}

std::size_t RequestParser::feed(std::string_view data, error_code& ec) {
  current_ = data;
  return put(boost::asio::buffer(data.data(), data.size()), ec);
}

void RequestParser::on_request_impl(beast_http::verb, view method, view target, int version, error_code&) {
  version_ = version;
  method_ = std_view(method);
  target_ = std_view(target);
}

void RequestParser::on_response_impl(int, view, int, error_code& ec) {
  ec = beast_http::error::bad_version;
}

void RequestParser::on_field_impl(beast_http::field field, view name, view value, error_code& ec) {
  // Beast joins a folded value (obsolete since RFC 7230) in memory of its own: refused, as RFC 9112 §5.2
  // allows.
  if (!value.empty() &&
      (value.data() < current_.data() || value.data() >= current_.data() + current_.size())) {
    ec = beast_http::error::bad_value;
    return;
  }
  if (field == beast_http::field::host) ++hosts_;
  if (field == beast_http::field::expect)
    expects_continue_ = equals_ignoring_case(std_view(value), "100-continue");
  // RFC 9112 §6.1: both together is how requests are smuggled; so are two of either.
  bool* const framing = field == beast_http::field::content_length      ? &has_length_
                        : field == beast_http::field::transfer_encoding ? &has_encoding_
                                                                        : nullptr;
  if (framing != nullptr) {
    if (has_length_ || has_encoding_) {
      ec = beast_http::error::bad_transfer_encoding;
      return;
    }
    *framing = true;
  }
  fields_.push_back({std_view(name), std_view(value)});
}

void RequestParser::on_header_impl(error_code& ec) {
  if (has_encoding_ && !chunked()) ec = beast_http::error::bad_transfer_encoding;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
  length_ = length ? *length : 0;
}

std::size_t RequestParser::on_body_impl(view part, error_code&) {
  if (borrowing_ && body_.empty() && part.size() == length_) {
    whole_body_ = std_view(part);
  } else {
    if (body_.empty()) body_.reserve(length_);
    body_.append(part.data(), part.size());
  }
  return part.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, view, error_code&) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, view part, error_code& ec) {
  if (body_.size() + part.size() > max_body_) {
    ec = beast_http::error::body_limit;
    return 0;
  }
  body_.append(part.data(), part.size());
  return part.size();
}

void RequestParser::on_finish_impl(error_code&) {}

}  // namespace wick::http
