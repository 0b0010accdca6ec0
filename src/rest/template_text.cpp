#include "rest/template_text.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <functional>
#include <map>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

enum class Mark { kNone, kComma, kEach, kBrackets, kNull, kJoined, kSegments, kBytes };

constexpr std::size_t kMaxSeparatorBytes =
    200;  // of {name*;}; the separator may contain the name of a parameter

// A "{name}" with its modifier.
struct Slot {
  std::string_view name;
  Mark mark = Mark::kNone;
  std::size_t end = 0;              // after the brace
  std::string_view separator = {};  // of kJoined and kComma
};

Mark mark_of(char c) {
  switch (c) {
    case ',':
      return Mark::kComma;
    case '*':
      return Mark::kEach;
    case '!':
      return Mark::kNull;
    case '+':
      return Mark::kSegments;
    case '@':
      return Mark::kBytes;
    default:
      return Mark::kNone;
  }
}

// The separator in {name*;} at the start of `text`; empty if there is none.
std::string_view separator_at(std::string_view text) {
  constexpr std::string_view kSigns = ";.,%|=-_~";
  if (text.empty() || kSigns.find(text[0]) == std::string_view::npos) return {};
  std::size_t size = 0;
  while (size < std::min(text.size(), kMaxSeparatorBytes) &&
         (is_placeholder_char(text[size]) || kSigns.find(text[size]) != std::string_view::npos))
    ++size;
  return text.substr(0, size);
}

// The slot at `open`; nullopt if the brace is literal.
std::optional<Slot> slot_at(std::string_view text, std::size_t open) {
  if (open >= text.size() || text[open] != '{') return std::nullopt;
  std::size_t at = open + 1;
  while (at < text.size() && is_placeholder_char(text[at])) ++at;
  Slot slot{text.substr(open + 1, at - open - 1)};
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("[]")) {
    slot.mark = Mark::kBrackets;
    at += 2;
  } else if (!rest.empty() && rest[0] != '}') {
    slot.mark = mark_of(rest[0]);
    if (slot.mark == Mark::kNone) return std::nullopt;
    ++at;
    if (slot.mark == Mark::kEach || slot.mark == Mark::kComma) slot.separator = separator_at(rest.substr(1));
    if (slot.mark == Mark::kEach && !slot.separator.empty()) slot.mark = Mark::kJoined;
    at += slot.separator.size();
  }
  if (slot.name.empty() || at >= text.size() || text[at] != '}') return std::nullopt;
  slot.end = at + 1;
  return slot;
}

// The slot that `text` consists of.
std::optional<Slot> whole_slot(std::string_view text) {
  auto slot = slot_at(text, 0);
  return slot && slot->end == text.size() ? slot : std::nullopt;
}

const json::value* argument(const json::object& arguments, std::string_view name) {
  const json::value* value = arguments.if_contains(name);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

// The encoded text of the argument in the form of the modifier. Separators of lists are not encoded.
std::string encoded(const json::value& value, const Slot& slot, std::string (*encode)(std::string_view)) {
  std::string out;
  const bool joined = slot.mark == Mark::kJoined;
  const std::string_view separator = slot.separator.empty() ? "," : slot.separator;
  bool first = true;
  const auto add = [&](const std::string& part) {
    if (!std::exchange(first, false)) out += separator;
    out += part;
  };
  if ((slot.mark == Mark::kComma || joined) && value.is_array()) {
    for (const auto& item : value.get_array()) add(encode(plain_text(item)));
  } else if (joined && value.is_object()) {
    for (const auto& member : value.get_object())
      add(encode(member.key()) + "=" + encode(plain_text(member.value())));
  } else if (slot.mark == Mark::kComma && value.is_object()) {
    for (const auto& member : value.get_object()) {
      add(encode(member.key()));
      add(encode(plain_text(member.value())));
    }
  } else if (slot.mark == Mark::kSegments && is_text(value)) {
    for (const std::string_view segment : split(value.get_string(), '/'))
      out += (std::exchange(first, false) ? "" : "/") + encode(segment);
  } else {
    out = encode(plain_text(value));
  }
  return out;
}

std::string field(std::string_view name, std::string_view value) {
  return percent_encode(name) + "=" + percent_encode(value);
}

void add_bracketed(const std::string& name, const json::value& value, std::vector<std::string>& out) {
  if (value.is_object()) {
    for (const auto& member : value.get_object())
      add_bracketed(name + "[" + std::string(member.key()) + "]", member.value(), out);
  } else if (value.is_array()) {
    std::size_t index = 0;
    for (const auto& item : value.get_array())
      add_bracketed(name + "[" + std::to_string(index++) + "]", item, out);
  } else {
    out.push_back(field(name, value.is_null() ? std::string() : plain_text(value)));
  }
}

}  // namespace

bool is_placeholder_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.';
}

std::pair<std::size_t, std::size_t> find_placeholder(std::string_view text, std::size_t from) {
  for (std::size_t open = from; (open = text.find('{', open)) != std::string_view::npos; ++open) {
    if (const auto slot = slot_at(text, open)) return {open, slot->end - 1};
  }
  return {std::string_view::npos, std::string_view::npos};
}

namespace {

// At most 3 bytes for each byte, percent-encoded.
constexpr std::size_t kEncodedBytes = 3;

// The size of a value whose parts each follow `name_bytes` of its name, as in {name[]}.
std::size_t bracketed_size(const json::value& value, std::size_t name_bytes) {
  std::size_t size = 0;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object)
      size += bracketed_size(member.value(), name_bytes + member.key().size() + 2);
    return size;
  }
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) size += bracketed_size(item, name_bytes + 9);
    return size;
  }
  return kEncodedBytes * (name_bytes + (value.is_string() ? value.get_string().size() : 24) + 2);
}

// The filled size of the placeholders. Each argument is measured once per notation.
class FilledSize {
 public:
  explicit FilledSize(const json::object& arguments) : arguments_(arguments) {}

  bool add(std::string_view name, const json::value& templates) {
    if (const auto* object = templates.if_object()) {
      return std::all_of(object->begin(), object->end(),
                         [&](const auto& member) { return add(member.key(), member.value()); });
    }
    if (const auto* list = templates.if_array())
      return std::all_of(list->begin(), list->end(),
                         [&](const json::value& item) { return add(name, item); });
    if (!templates.is_string()) return true;
    const std::string_view text = templates.get_string();
    // The fields of a form, whose names may occur many times.
    if (text.starts_with('{') && (text.find("*}") != text.npos || text.find("[]}") != text.npos)) {
      if (const auto fields = parse_json(text); fields && fields->is_object()) return add(name, *fields);
    }
    for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
      const auto slot = slot_at(text, open);
      if (slot) size_ += size_of(*slot, name.size() + slot->separator.size());
      if (size_ > kMaxFilledBytes) return false;
    }
    return true;
  }

 private:
  std::size_t size_of(const Slot& slot, std::size_t field_bytes) {
    const bool nested = slot.mark == Mark::kBrackets || slot.mark == Mark::kEach || !slot.separator.empty();
    const std::string_view name = slot.name;
    auto& known = nested ? nested_ : plain_;
    const auto found = known.find(name);
    if (found != known.end() && (!nested || found->second.first == field_bytes)) return found->second.second;
    const json::value* value = argument(arguments_, name);
    std::size_t size = 0;
    if (value != nullptr && nested) size = bracketed_size(*value, field_bytes);
    if (value != nullptr && !nested) size = kEncodedBytes * plain_text(*value).size();
    known[std::string(name)] = {field_bytes, size};
    return size;
  }

  using Known = std::map<std::string, std::pair<std::size_t, std::size_t>, std::less<>>;
  const json::object& arguments_;
  Known plain_, nested_;
  std::size_t size_ = 0;
};

}  // namespace

std::string unescaped(std::string_view text) {
  return std::string(text);
}

Result<void> check_filled_size(const json::object& templates, const json::object& arguments) {
  FilledSize size(arguments);
  for (const auto& member : templates) {
    if (size.add(member.key(), member.value())) continue;
    return fail(ErrorCode::kTooLarge, "The request with these arguments is larger than " +
                                          std::to_string(kMaxFilledBytes) + " bytes: send smaller ones.");
  }
  return {};
}

std::optional<std::string> fill_text(std::string_view text, const json::object& arguments,
                                     std::string (*encode)(std::string_view)) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto slot = slot_at(text, at);
    if (!slot) {
      out += text[at++];
      continue;
    }
    const json::value* value = argument(arguments, slot->name);
    if (value == nullptr) return std::nullopt;
    out += encoded(*value, *slot, encode);
    at = slot->end;
  }
  return out;
}

Result<std::string> fill_path(std::string_view path, const json::object& arguments) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const auto slot = slot_at(path, at);
    if (!slot) {
      out += path[at++];
      continue;
    }
    const std::string name(slot->name);
    const json::value* value = argument(arguments, name);
    const std::string text = value == nullptr ? std::string() : encoded(*value, *slot, percent_encode);
    if (text.empty())
      return fail(ErrorCode::kInvalidArgument, "\"" + name + "\" must be given: it is part of the address.");
    if (text == "." || text == "..") {
      return fail(ErrorCode::kInvalidArgument,
                  "\"" + name + "\" cannot be \"" + text + "\": it is part of the address.");
    }
    out += text;
    at = slot->end;
  }
  if (has_dot_segment(out)) {
    return fail(ErrorCode::kInvalidArgument,
                "The arguments create a path segment \".\" or \"..\", which would lead to another address.");
  }
  return out;
}

bool has_dot_segment(std::string_view path) {
  for (const std::string_view segment : split(path.substr(0, path.find('?')), '/')) {
    std::string plain = to_lower_ascii(segment.substr(0, 7));
    replace_all(plain, "%2e", ".");
    if (plain == "." || plain == "..") return true;
  }
  return false;
}

bool is_fields_placeholder(std::string_view text) {
  const auto slot = whole_slot(text);
  return slot && (slot->mark == Mark::kComma || slot->mark == Mark::kEach || slot->mark == Mark::kJoined ||
                  slot->mark == Mark::kBrackets);
}

std::optional<std::string_view> bytes_placeholder(std::string_view text) {
  const auto slot = whole_slot(text);
  return slot && slot->mark == Mark::kBytes ? std::optional(slot->name) : std::nullopt;
}

std::vector<std::string> fields_of(const json::object& object) {
  std::vector<std::string> out;
  for (const auto& member : object) {
    const json::value& value = member.value();
    if (value.is_null()) continue;
    if (value.is_array()) {
      for (const auto& item : value.get_array()) out.push_back(field(member.key(), plain_text(item)));
    } else {
      add_bracketed(member.key(), value, out);
    }
  }
  return out;
}

std::vector<std::string> fill_fields(std::string_view name, std::string_view text,
                                     const json::object& arguments) {
  std::vector<std::string> out;
  const auto slot = whole_slot(text);
  const json::value* value = slot ? argument(arguments, slot->name) : nullptr;
  if (slot && value == nullptr) return out;
  if (value != nullptr && slot->mark == Mark::kEach && value->is_array()) {
    for (const auto& item : value->get_array()) out.push_back(field(name, plain_text(item)));
  } else if (value != nullptr && slot->mark == Mark::kEach && value->is_object()) {
    for (const auto& member : value->get_object())
      out.push_back(field(member.key(), plain_text(member.value())));
  } else if (value != nullptr && slot->mark == Mark::kBrackets) {
    add_bracketed(std::string(name), *value, out);
  } else if (const auto filled = fill_text(text, arguments, percent_encode)) {
    out.push_back(percent_encode(name) + "=" + *filled);
  }
  return out;
}

std::optional<json::value> fill_json(const json::value& node, const json::object& arguments) {
  if (node.is_string()) {
    const std::string_view text = node.get_string();
    if (const auto slot = whole_slot(text)) {
      const json::value* value =
          slot->mark == Mark::kNull ? arguments.if_contains(slot->name) : argument(arguments, slot->name);
      if (value == nullptr) return std::nullopt;
      return *value;
    }
    auto filled = fill_text(text, arguments, unescaped);
    if (!filled) return std::nullopt;
    return json::value(*filled);
  }
  if (node.is_object()) {
    json::object out;
    for (const auto& member : node.get_object()) {
      if (auto value = fill_json(member.value(), arguments)) out[member.key()] = std::move(*value);
    }
    return json::value(std::move(out));
  }
  if (node.is_array()) {
    json::array out;
    for (const auto& item : node.get_array()) {
      if (auto value = fill_json(item, arguments)) out.push_back(std::move(*value));
    }
    return json::value(std::move(out));
  }
  return node;
}

namespace {}  // namespace

}  // namespace wick
