// Media types as RFC 9110 §8.3.1 writes them: type/subtype with parameters, and the structured syntax suffix
// of RFC 6838 §4.2.8. Pure functions.
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
  // Behind the last plus sign of the subtype, "json" of "merge-patch+json"; empty when there is none.
  std::string_view suffix() const;
  // The first parameter of this name; nullopt when there is none.
  std::optional<std::string_view> parameter(std::string_view name) const;
};

// nullopt when the text is not a media type. A media range (`*/*`, `image/*`) is read as one. Parameters end
// at the first one that cannot be read.
std::optional<MediaType> parse_media_type(std::string_view text);

// Whether the content is one JSON text: application/json and its older names, or the suffix +json.
// Sequences of JSON texts (application/x-ndjson, application/json-seq) are not.
bool is_json(const MediaType& media);
// As above; false when `text` is not a media type.
bool is_json_type(std::string_view text);
// Whether the content is text for people or programs, whatever its syntax: text/*, XML, YAML, lines of JSON …
bool is_text(const MediaType& media);

}  // namespace wick
