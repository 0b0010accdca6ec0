// Media types (RFC 9110 §8.3.1): type/subtype with parameters, and the structured syntax suffix (RFC 6838
// §4.2.8). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wick {

struct MediaType {
  std::string type, subtype;  // lower case; "application" and "merge-patch+json"
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case, values unquoted

  std::string essence() const { return type + "/" + subtype; }
  // The text after the last plus sign of the subtype, "json" of "merge-patch+json"; empty without a plus sign.
  std::string_view suffix() const;
  // The first parameter of this name; nullopt if there is none.
  std::optional<std::string_view> parameter(std::string_view name) const;
};

// nullopt if the text is not a media type. Media ranges (`*/*`, `image/*`) are accepted too. Parsing of
// parameters stops at the first malformed one.
std::optional<MediaType> parse_media_type(std::string_view text);

// Whether the content is one JSON text: application/json, its older names, or the suffix +json. Sequences of
// JSON texts (application/x-ndjson, application/json-seq) are not.
bool is_json(const MediaType& media);
// The same for a text; false if it is not a media type.
bool is_json_type(std::string_view text);
// Whether the content is text in any syntax: text/*, XML, YAML, lines of JSON and so on.
bool is_text(const MediaType& media);

}  // namespace wick
