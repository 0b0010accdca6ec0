// EnvelopeScanner: finds the id of a JSON-RPC message that is too large to be kept, or that is malformed after its id.
//
// It reads the message piece by piece. It keeps only the members "id" and "method" of the outermost object, and at most
// kMaxScannedIdBytes of the id. It does not check that the text is JSON. Not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wick::upstream {

inline constexpr std::size_t kMaxScannedIdBytes = 64;

struct Envelope {
  std::optional<std::string> id = {};  // a number or a text, without its quotes; nothing: none was found
  bool has_method = false;             // the message is not a response
  bool operator==(const Envelope&) const = default;
};

class EnvelopeScanner {
 public:
  void feed(std::string_view bytes);
  // From the part that has been read.
  const Envelope& envelope() const { return envelope_; }

 private:
  void read(char c);
  void end_value();

  std::size_t depth_ = 0;
  bool in_string_ = false, escaped_ = false;
  bool in_object_ = false;  // the outermost value is an object
  bool at_name_ = false;    // in it, a member's name comes next
  std::string token_, name_;
  Envelope envelope_;
};

}  // namespace wick::upstream
