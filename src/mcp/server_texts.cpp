#include "mcp/server_texts.h"

#include "base/json.h"
#include "mcp/message.h"

namespace wick::mcp {

std::string meta_text() {
  return std::string(R"("_meta":{"io.modelcontextprotocol/serverInfo":)") + kServerInfo + "}";
}

const std::string& discover_text() {
  static const std::string text = [] {
    std::string versions = "\"" + std::string(kModern) + "\"";
    for (const auto version : kLegacyVersions) versions += ",\"" + std::string(version) + "\"";
    return R"({"resultType":"complete","supportedVersions":[)" + versions + R"(],"capabilities":)" +
           std::string(kCapabilities) + R"(,"instructions":)" + to_json(json::string(kInstructions)) +
           R"(,"ttlMs":)" + std::to_string(kListTtl.count()) + R"(,"cacheScope":"private",)" + meta_text() +
           "}";
  }();
  return text;
}

}  // namespace wick::mcp
