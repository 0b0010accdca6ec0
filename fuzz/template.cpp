#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "rest/template_text.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key)
    out += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
  return out;
}

// Every part is found by its own pointer (RFC 6901).
void check_pointers(const json::value& root, const json::value& at, const std::string& pointer) {
  FUZZ_CHECK(at_pointer(root, pointer) == &at);
  if (const auto* list = at.if_array()) {
    for (std::size_t i = 0; i < list->size(); ++i)
      check_pointers(root, (*list)[i], pointer + "/" + std::to_string(i));
    FUZZ_CHECK(at_pointer(root, pointer + "/" + std::to_string(list->size())) == nullptr);
  }
  if (const auto* object = at.if_object()) {
    for (const auto& member : *object)
      check_pointers(root, member.value(), pointer + "/" + escaped(member.key()));
  }
}

std::string unchanged(std::string_view text) {
  return std::string(text);
}

std::size_t count(std::string_view text, char c) {
  return std::size_t(std::count(text.begin(), text.end(), c));
}

}  // namespace

// The first line is a template, the rest the arguments, a JSON object. A value never leaves its place: it
// adds no segment to a path and no field to a query; what is filled comes out of the fields again.
void fuzz_template(std::string_view data) {
  Input input(data);
  const std::string text(input.until('\n'));
  auto parsed = parse_json(input.rest());
  const json::object arguments = parsed && parsed->is_object() ? parsed->get_object() : json::object();
  if (parsed && data.size() < 1024) check_pointers(*parsed, *parsed, "");

  std::string places;
  std::size_t slots = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto [open, close] = find_placeholder(text, at);
    places += text.substr(at, open == std::string::npos ? open : open - at);
    if (open == std::string::npos) break;
    FUZZ_CHECK(text[open] == '{' && text[close] == '}' && close > open);
    ++slots;
    at = close + 1;
  }
  if (const auto path = fill_path(text, arguments)) {
    const bool segments = text.find("+}") != std::string::npos;  // {name+} keeps slashes
    FUZZ_CHECK(segments || count(*path, '/') == count(places, '/'));
    FUZZ_CHECK(count(*path, '?') == count(places, '?'));
    FUZZ_CHECK(!has_dot_segment(*path));
    if (slots == 0) FUZZ_CHECK(*path == text);
    if (is_valid_utf8(text)) FUZZ_CHECK(is_valid_utf8(*path));
  }
  const auto filled = fill_text(text, arguments, unchanged);
  if (slots == 0) FUZZ_CHECK(filled && *filled == text);
  if (is_valid_utf8(text)) {
    const auto value = fill_json(json::value(text), arguments);
    if (value && value->is_string() && filled) FUZZ_CHECK(value->get_string() == *filled);
    if (!filled) FUZZ_CHECK(!value || slots == 1);
  }
  const auto fields = fill_fields("q", text, arguments);
  for (const std::string& field : fields) {
    FUZZ_CHECK(count(field, '&') <= count(places, '&'));
    const bool joined = text.find('*') != std::string::npos;  // {name*;} writes member=value
    if (slots > 0 && !joined) FUZZ_CHECK(count(field, '=') <= 1 + count(places, '='));
    // What the template itself writes around its places is sent as it is.
    if (percent_decode(places)) FUZZ_CHECK(percent_decode(field));
  }
  if (fields.size() == 1 && filled && fields[0].starts_with("q=") && slots == 0 &&
      text.find('%') == std::string::npos)
    FUZZ_CHECK(percent_decode(fields[0].substr(2)) == text);
}

}  // namespace wick::fuzz
