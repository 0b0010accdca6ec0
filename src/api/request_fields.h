// Small readers of request input that several route files need.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "http/message.h"

namespace wick::api {

template <typename IdType>
Result<IdType> parse_id(std::string_view text, const char* noun) {
  const auto id = IdType::parse(text);
  if (!id) return fail(ErrorCode::kNotFound, std::string("There is no ") + noun + " with this id.");
  return *id;
}

// A list of strings; nullopt when absent.
inline Result<std::optional<std::vector<std::string>>> optional_strings(const json::object& body,
                                                                        std::string_view field) {
  const auto* value = body.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  std::vector<std::string> out;
  bool sound = value->is_array();
  if (sound) {
    for (const auto& item : value->get_array()) {
      sound = sound && is_text(item);
      if (sound) out.emplace_back(std::string_view(item.get_string()));
    }
  }
  if (!sound)
    return fail(ErrorCode::kInvalidArgument, "\"" + std::string(field) + "\" must be a list of texts.");
  return out;
}

inline Result<std::optional<json::object>> optional_object(const json::object& body, std::string_view field) {
  const auto* value = body.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_object())
    return fail(ErrorCode::kInvalidArgument, "\"" + std::string(field) + "\" must be an object.");
  return value->get_object();
}

// A whole number in the query; `otherwise` when absent.
inline Result<std::int64_t> query_number(const http::Request& request, std::string_view name,
                                         std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  const auto text = request.query_value(name);
  if (!text || text->empty()) return otherwise;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size() || value < least ||
      value > most) {
    return fail(ErrorCode::kInvalidArgument, "\"" + std::string(name) + "\" must be a whole number from " +
                                                 std::to_string(least) + " to " + std::to_string(most) + ".");
  }
  return value;
}

inline constexpr std::size_t kMaxQueryBytes = 200;  // of a search

// The query of a search, without the space around it; empty when absent.
inline Result<std::string> search_text(const http::Request& request) {
  const std::string query = request.query_value("query").value_or("");
  std::string text(truncate_utf8(trim(query), kMaxQueryBytes));
  if (!is_valid_utf8(text)) return fail(ErrorCode::kInvalidArgument, "\"query\" is not valid UTF-8.");
  return text;
}

// The cursors of a page; null where there is no such page.
inline void put_cursors(json::object& out, const std::string& next, const std::string& previous) {
  out["next_cursor"] = next.empty() ? json::value(nullptr) : json::value(next);
  out["previous_cursor"] = previous.empty() ? json::value(nullptr) : json::value(previous);
}

// One of a few words in the query; `otherwise` when absent.
inline Result<std::string> query_word(const http::Request& request, std::string_view name,
                                      std::initializer_list<std::string_view> words, std::string otherwise) {
  const auto text = request.query_value(name);
  if (!text || text->empty()) return otherwise;
  std::string known;
  for (const std::string_view word : words) {
    if (*text == word) return *text;
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  return fail(ErrorCode::kInvalidArgument, "\"" + std::string(name) + "\" must be one of " + known + ".");
}

}  // namespace wick::api
