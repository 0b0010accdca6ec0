#include "mcp/revision.h"

#include <string>

#include "base/json.h"

namespace wick::mcp {
namespace {

constexpr std::string_view kAudioSince = "2025-03-26", kLinksSince = "2025-06-18";

std::string described(const json::object& link) {
  std::string text = text_or_empty(link, "title");
  if (text.empty()) text = text_or_empty(link, "name");
  if (!text.empty()) text += ": ";
  text += text_or_empty(link, "uri");
  if (const std::string description = text_or_empty(link, "description"); !description.empty())
    text.append("\n").append(description);
  return text;
}

void use_older_block(json::value& block, std::string_view version) {
  if (!block.is_object()) return;
  const json::object& content = block.get_object();
  const std::string type = text_or_empty(content, "type");
  std::string text;
  if (type == "audio" && version < kAudioSince) text = "[audio: " + text_or_empty(content, "mimeType") + "]";
  if (type == "resource_link" && version < kLinksSince) text = described(content);
  if (text.empty()) return;
  json::object older;
  older["type"] = "text";
  older["text"] = text;
  block = std::move(older);
}

void use_older_blocks(json::value& blocks, std::string_view version) {
  if (!blocks.is_array()) return use_older_block(blocks, version);
  for (json::value& block : blocks.get_array()) use_older_block(block, version);
}

}  // namespace

bool has_older_content(std::string_view version) {
  return !version.empty() && version < kLinksSince;
}

void use_older_content(json::object& result, std::string_view version) {
  if (!has_older_content(version)) return;
  if (auto* content = result.if_contains("content")) use_older_blocks(*content, version);
  auto* messages = result.if_contains("messages");
  if (messages == nullptr || !messages->is_array()) return;
  for (json::value& message : messages->get_array()) {
    if (!message.is_object()) continue;
    if (auto* content = message.get_object().if_contains("content")) use_older_blocks(*content, version);
  }
}

}  // namespace wick::mcp
