#include "mcp/content_negotiation.h"

#include <string_view>

#include "base/text.h"

namespace wick::mcp {
namespace {

// Whether one media type is accepted, by the ranges that were read.
class Choice {
 public:
  Choice(std::string_view type, std::string_view subtype) : type_(type), subtype_(subtype) {}

  void add_range(std::string_view range, bool is_refused) {
    if (range == "*") range = "*/*";  // RFC 9110 has no such range; some libraries write it
    const auto slash = range.find('/');
    if (slash == std::string_view::npos) return;
    const std::string_view type = range.substr(0, slash), subtype = range.substr(slash + 1);
    int rank = 0;
    if (type == "*" && subtype == "*") rank = 1;
    if (equals_ignoring_case(type, type_)) {
      if (subtype == "*") rank = 2;
      if (equals_ignoring_case(subtype, subtype_)) rank = 3;
    }
    if (rank == 0 || rank < rank_) return;
    // Between two equally specific ranges, the accepting one counts.
    accepted_ = !is_refused || (rank == rank_ && accepted_);
    rank_ = rank;
  }
  bool accepted() const { return accepted_; }

 private:
  const std::string_view type_, subtype_;
  int rank_ = 0;
  bool accepted_ = false;
};

// Whether the parameters hold a weight of 0: "q=0", with up to three decimals.
bool has_zero_weight(std::string_view parameters) {
  for (const std::string_view part : split(parameters, ';')) {
    const std::string_view parameter = trim(part);
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    const std::string_view weight = parameter.substr(2);
    return weight.starts_with('0') && weight.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

}  // namespace

Accepted accepted_types(const http::Request& request) {
  Choice json("application", "json"), events("text", "event-stream");
  bool names_any = false;
  for (const http::Field& field : *request.fields) {
    if (!equals_ignoring_case(field.name, "accept")) continue;
    for (const std::string_view part : split(field.value, ',')) {
      const auto semicolon = std::min(part.find(';'), part.size());
      const std::string_view range = trim(part.substr(0, semicolon));
      if (range.empty()) continue;
      names_any = true;
      const bool is_refused = has_zero_weight(part.substr(semicolon));
      json.add_range(range, is_refused);
      events.add_range(range, is_refused);
    }
  }
  if (!names_any) return {true, true};
  return {json.accepted(), events.accepted()};
}

}  // namespace wick::mcp
