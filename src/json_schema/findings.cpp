#include "json_schema/findings.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"

namespace wick::json_schema {
namespace {

constexpr std::size_t kMaxListBytes = 300;
constexpr std::size_t kMaxListedValueBytes = 60;

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? " or " : ", ";
    out += parts[i];
  }
  return out;
}

}  // namespace

void Findings::add(const Findings& branch) {
  for (const Finding& finding : branch.all_) {
    const bool is_known = std::any_of(all_.begin(), all_.end(), [&](const Finding& other) {
      return other.error.message == finding.error.message;
    });
    if (!is_known && !is_full()) all_.push_back(finding);
  }
}

void Findings::add(const Place& place, std::string_view rest, Closeness closeness) {
  if (is_full()) return;
  all_.push_back({{pointer_to(place), name_of(place, root_).append(rest)}, closeness, depth_of(place), 0});
}

void Findings::add_other_type(const Place& place, const json::value& value, Kinds expected) {
  const Kind kind = kind_of(value);
  const bool is_fraction = kind == kNumber && (expected & kInteger) != 0;
  const char* found = is_fraction ? "a number with a fraction" : json_schema::name_of(kind);
  const std::size_t before = all_.size();
  add(place, " must be " + names_of(expected) + ", not " + found + ".", Closeness::kOtherType);
  if (all_.size() > before) all_.back().expected = expected;
}

void Findings::add_nearest(const Place& place, const json::value& value,
                           const std::vector<Findings>& branches) {
  const std::size_t depth = depth_of(place);
  const Findings* nearest = nullptr;
  Closeness nearest_closeness = Closeness::kOtherType;
  Kinds expected = 0;
  for (const Findings& branch : branches) {
    if (branch.all_.empty()) continue;
    Closeness closeness = Closeness::kNear;
    for (const Finding& finding : branch.all_) {
      // A difference below the members of the value says nothing about the intended branch.
      const bool is_here = finding.depth == depth;
      const bool is_member = finding.depth == depth + 1 && finding.closeness == Closeness::kOtherConstant;
      if (is_here || is_member) closeness = std::min(closeness, finding.closeness);
      if (is_here) expected |= finding.expected;
    }
    const bool is_nearer = nearest == nullptr || closeness > nearest_closeness ||
                           (closeness == nearest_closeness && branch.all_.size() < nearest->all_.size());
    if (!is_nearer) continue;
    nearest = &branch;
    nearest_closeness = closeness;
  }
  if (nearest == nullptr) return add(place, " fits none of the alternatives.");
  if (nearest_closeness == Closeness::kOtherType && expected != 0)
    return add_other_type(place, value, expected);
  add(*nearest);
}

std::vector<SchemaError> Findings::take() {
  std::vector<SchemaError> out;
  for (Finding& finding : all_) out.push_back(std::move(finding.error));
  return out;
}

std::string names_of(Kinds kinds) {
  if ((kinds & kNumber) != 0) kinds &= static_cast<Kinds>(~kInteger);
  std::vector<std::string> names;
  for (const Kind kind : {kString, kNumber, kInteger, kBoolean, kArray, kObject, kNull}) {
    if ((kinds & kind) != 0) names.emplace_back(json_schema::name_of(kind));
  }
  return joined(names);
}

std::string list_of(const std::vector<json::value>& values) {
  std::vector<std::string> parts;
  std::size_t bytes = 0;
  for (const json::value& value : values) {
    const bool is_short = !is_larger_than(value, kMaxListedValueBytes);
    const std::string text = is_short ? printable(to_json(value)) : std::string("…");
    bytes += text.size();
    if (bytes > kMaxListBytes) {
      parts.emplace_back("one of " + std::to_string(values.size() - parts.size()) + " others");
      break;
    }
    parts.push_back(text);
  }
  return joined(parts);
}

std::string counted(Count count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

}  // namespace wick::json_schema
