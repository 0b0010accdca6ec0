#include "mcp_transport/envelope_scanner.h"

namespace wick::upstream {

void EnvelopeScanner::feed(std::string_view bytes) {
  for (const char c : bytes) {
    // Most of a large message is inside texts, so they are skipped quickly.
    if (in_string_ && depth_ > 1 && c != '"' && c != '\\' && !escaped_) continue;
    read(c);
  }
}

void EnvelopeScanner::end_value() {
  if (in_object_ && depth_ == 1 && !at_name_ && name_ == "id" && !token_.empty()) envelope_.id = token_;
  token_.clear();
}

void EnvelopeScanner::read(char c) {
  const auto keep = [&] {
    if (depth_ == 1 && token_.size() < kMaxScannedIdBytes) token_ += c;
  };
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
      return keep();
    }
    if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    } else {
      keep();
    }
    return;
  }
  switch (c) {
    case '"':
      in_string_ = true;
      token_.clear();
      return;
    case '{':
    case '[':
      if (++depth_ == 1) in_object_ = at_name_ = c == '{';
      return;
    case '}':
    case ']':
      end_value();
      if (depth_ > 0) --depth_;
      return;
    case ':':
      if (!in_object_ || depth_ != 1 || !at_name_) return;
      name_ = token_;
      envelope_.has_method = envelope_.has_method || name_ == "method";
      token_.clear();
      at_name_ = false;
      return;
    case ',':
      end_value();
      if (depth_ == 1) at_name_ = in_object_;
      return;
    case ' ':
    case '\t':
    case '\r':
    case '\n':
      return;
    default:
      keep();
  }
}

}  // namespace wick::upstream
