#include "openapi/openapi_document.h"

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <optional>
#include <set>

#include "base/charset.h"
#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "base/visible_text.h"
#include "connectors/connector_config.h"
#include "connectors/connector_service.h"
#include "connectors/input_schema.h"
#include "crypto/digest.h"
#include "openapi/openapi_operation.h"
#include "openapi/openapi_schema.h"
#include "openapi/openapi_security.h"
#include "openapi/openapi_swagger.h"
#include "openapi/yaml_text.h"

namespace wick::openapi {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kMethods = {{{"get", "GET"},
                                                                                    {"head", "HEAD"},
                                                                                    {"post", "POST"},
                                                                                    {"put", "PUT"},
                                                                                    {"patch", "PATCH"},
                                                                                    {"delete", "DELETE"}}};
constexpr std::size_t kMaxTagBytes = 80;
constexpr std::size_t kMaxTags = 20;
constexpr std::size_t kMaxServers = 50;    // of one operation or path
constexpr std::size_t kMaxVariables = 50;  // of a server's address

// The levels of detail for a schema that is too large.
constexpr std::array<Detail, 5> kDetails = {
    {{}, {kMaxSchemaDepth, false}, {6, false}, {4, false}, {2, false}}};

// A text, or a number that YAML has made of a text (version: 1.2).
std::string scalar_text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return "";
  return is_number(*value) || value->is_string() ? plain_text(*value) : "";
}

// Some documents use upper-case methods.
const json::value* method_of(const json::object& item, std::string_view lower, std::string_view upper) {
  const auto* entry = item.if_contains(lower);
  return entry != nullptr ? entry : item.if_contains(upper);
}

class Reader {
 public:
  // References lead into `document`. `root` is the document itself or is made from it.
  Reader(const json::object& root, const json::value& document, bool is_30, std::string_view document_url,
         Warnings warnings)
      : root_(root),
        references_(document),
        is_30_(is_30),
        document_url_(document_url),
        warnings_(std::move(warnings)) {}

  Document read();

 private:
  void read_server();
  std::string resolve_server(const json::object& server);
  void read_operation(std::string_view method, const std::string& path, const json::object& item,
                      const json::object& operation);
  std::string key_for(std::string_view method, std::string_view path, const json::object& operation);
  const std::string& server_of(const json::array* servers);
  const json::array* servers_of(const json::object& item, const json::object& operation) const;
  void choose_server();
  void place(ImportedOperation& imported, const json::array* servers, const std::string& server);
  const json::value* follow(const json::value& node, std::string& reason);
  void read_path(const std::string& path, const json::value& entry);
  // `missing` is the reason why a reference of the item is unresolved; empty if all are resolved.
  void read_item(const std::string& path, const json::object& item, const std::string& missing);

  const json::object& root_;
  References references_;
  bool is_30_;
  std::string_view document_url_;
  Document out_;
  Warnings warnings_;
  std::set<std::string> keys_;
  Shared shared_;
  std::size_t shared_parts_ = 0;                       // of referenced path items and operations
  std::size_t others_ = 0, left_out_ = 0;              // operations
  std::list<json::object> merged_;                     // path items with members next to a reference
  std::map<const json::array*, std::string> servers_;  // the chosen server of each list
};

std::string Reader::resolve_server(const json::object& server) {
  std::string url(trim(text_or_empty(server, "url")));
  if (const auto* variables = object_or_null(server, "variables")) {
    std::size_t count = 0;
    for (const auto& member : *variables) {
      const std::string slot = "{" + std::string(member.key()) + "}";
      const std::string value =
          member.value().is_object() ? scalar_text(member.value().get_object(), "default") : "";
      if (url.size() > 2000 || value.size() > 500 || slot.size() <= 2 || ++count > kMaxVariables) break;
      for (std::size_t at = 0; (at = url.find(slot, at)) != std::string::npos && url.size() < 4000;
           at += value.size())
        url.replace(at, slot.size(), value);
    }
  }
  if (const auto document = Url::parse_http(document_url_);
      document && url.find("://") == std::string::npos) {
    // The base of a relative server is the folder of its document.
    if (const auto whole = document->resolve(url.empty() ? "." : url)) url = whole->text();
  }
  // RFC 3986 §3.1: schemes are case-insensitive; the lower-case form is compared.
  if (const auto whole = Url::parse_http(url)) url.replace(0, whole->scheme().size(), whole->scheme());
  while (url.ends_with('/')) url.pop_back();
  return url;
}

void Reader::read_server() {
  const auto* servers = array_of(root_, "servers");
  if (servers == nullptr || servers->empty()) {
    choose_server();
    return;
  }
  std::string first;
  for (const auto& server : *servers) {
    if (!server.is_object()) continue;
    const std::string url = resolve_server(server.get_object());
    if (first.empty()) first = url;
    if (!is_server_url(url)) continue;
    out_.base_url = url;
    if (servers->size() > 1)
      warnings_.add("The document names " + std::to_string(servers->size()) +
                    " servers: the first one is used.");
    return;
  }
  warnings_.add("The server \"" + shown(first) +
                "\" is not a whole address with http or https: enter the base URL yourself.");
}

std::string Reader::key_for(std::string_view method, std::string_view path, const json::object& operation) {
  const std::string identity = std::string(method) + " " + std::string(path);
  std::string key = words_of(truncate_utf8(text_of(operation, "operationId"), kMaxOperationIdBytes));
  if (key.empty()) {
    key = words_of(path);
    key = to_lower_ascii(method) + (key.empty() ? "" : "_" + key);
  }
  const std::string mark = "_" + to_hex(sha256(identity)).substr(0, 8);
  if (key.size() > kMaxOperationKeyBytes) key = key.substr(0, kMaxOperationKeyBytes - mark.size()) + mark;
  if (keys_.contains(key)) key = key.substr(0, kMaxOperationKeyBytes - mark.size()) + mark;
  keys_.insert(key);
  return key;
}

// The first usable server; empty if there is none.
const std::string& Reader::server_of(const json::array* servers) {
  const auto [known, is_new] = servers_.try_emplace(servers);
  if (!is_new || servers == nullptr) return known->second;
  for (std::size_t i = 0; i < std::min(servers->size(), kMaxServers); ++i) {
    const auto* server = (*servers)[i].if_object();
    std::string url = server == nullptr ? "" : resolve_server(*server);
    // A relative server without a known base is most likely on the same host.
    if (url.starts_with('/') && !url.starts_with("//") && !out_.base_url.empty())
      url.insert(0, url_origin(out_.base_url).value_or(""));
    if (!is_server_url(url)) continue;
    if (known->second.empty() || url == out_.base_url) known->second = url;
  }
  return known->second;
}

// The servers of the operation take precedence over those of its path; null if it has none.
const json::array* Reader::servers_of(const json::object& item, const json::object& operation) const {
  for (const json::object* holder : {&operation, &item}) {
    const auto* servers = array_of(*holder, "servers");
    if (servers != nullptr && !servers->empty()) return servers;
  }
  return nullptr;
}

// Without servers in the document: the server that most operations name.
void Reader::choose_server() {
  const auto* paths = object_or_null(root_, "paths");
  std::map<std::string, std::size_t> counts;
  std::size_t seen = 0;
  std::string best;
  if (paths != nullptr) {
    for (const auto& entry : *paths) {
      std::string reason;
      const auto* node = references_.follow(entry.value(), reason);
      const auto* item = node == nullptr ? nullptr : node->if_object();
      if (item == nullptr) continue;
      for (const auto& [lower, method] : kMethods) {
        const auto* entry_of = method_of(*item, lower, method);
        const auto* operation = entry_of == nullptr ? nullptr : entry_of->if_object();
        if (operation == nullptr || ++seen > kMaxListedOperations) continue;
        const std::string& url = server_of(servers_of(*item, *operation));
        if (!url.empty() && ++counts[url] > counts[best]) best = url;
      }
    }
  }
  servers_.clear();  // the chosen server may depend on the base URL
  out_.base_url = best;
  warnings_.add(
      best.empty()
          ? "The document names no server: enter the base URL yourself."
          : "The document names servers only for paths or operations: the most frequent one is used.");
}

// The server of the operation, if it is not the base URL.
void Reader::place(ImportedOperation& imported, const json::array* servers, const std::string& server) {
  if (servers == nullptr) return;
  if (server.empty()) {
    const auto* first = (*servers)[0].if_object();
    imported.importable = false;
    imported.warnings.push_back("Its server \"" + shown(first == nullptr ? "" : resolve_server(*first)) +
                                "\" is not a whole address with http or https.");
  } else if (server != out_.base_url) {
    imported.server = server;
    if (!out_.base_url.empty() && url_origin(server) == url_origin(out_.base_url)) return;
    imported.warnings.push_back(
        "It is served at " + server +
        ": to use it, enter that under \"Other servers\" in the connector's settings. "
        "Then the connector's secret is sent there too.");
  }
}

void Reader::read_operation(std::string_view method, const std::string& path, const json::object& item,
                            const json::object& operation) {
  ImportedOperation imported;
  imported.operation = std::string(method) + " " + path;
  imported.deprecated = bool_or_false(operation, "deprecated");
  if (const auto* tags = array_of(operation, "tags")) {
    for (const auto& tag : *tags) {
      if (imported.tags.size() >= kMaxTags) break;
      if (is_text(tag))
        imported.tags.emplace_back(
            truncate_utf8(printable(std::string_view(tag.get_string())), kMaxTagBytes));
    }
  }
  const std::string key = key_for(method, path, operation);
  const json::array* servers = servers_of(item, operation);
  const std::string server = server_of(servers);
  bool built = false;
  for (const Detail& detail : kDetails) {
    OperationBuilder builder(references_, is_30_, detail, shared_);
    built = builder.build(method, path, item, operation, server == out_.base_url ? "" : server);
    imported.definition = json::object();
    imported.definition["key"] = key;
    for (auto& member : builder.definition) imported.definition[member.key()] = std::move(member.value());
    imported.warnings = builder.warnings();
    imported.importable = builder.importable;
    if (built) break;
  }
  if (auto* origin = imported.definition.if_contains("openapi"); origin != nullptr && !imported.tags.empty())
    origin->get_object()["tags"] = json::array(imported.tags.begin(), imported.tags.end());  // for searching
  if (!built) {
    imported.importable = false;
    imported.definition["name"] = readable_name(method, path, operation);
    imported.definition["description"] = description_of(readable_name(method, path, operation), operation);
    imported.definition["read_only"] = method == "GET" || method == "HEAD";
    imported.definition["destructive"] = method == "DELETE";
    imported.warnings.push_back("Its arguments are too large to describe: more than " +
                                std::to_string(kMaxImportedSchemaBytes) +
                                " bytes, even without descriptions.");
  } else {
    const auto* schema = object_or_null(imported.definition, "input_schema");
    if (auto sound = check_schema(*schema); !sound) {
      imported.importable = false;
      imported.warnings.push_back(sound.error().message);
    } else if (to_json(imported.definition).size() + 1024 > kMaxDefinitionBytes) {
      imported.importable = false;
      imported.warnings.push_back("It is too large.");
    }
  }
  place(imported, servers, server);
  out_.operations.push_back(std::move(imported));
}

// Referenced parts are read again for each reference, so the cost counts each time.
const json::value* Reader::follow(const json::value& node, std::string& reason) {
  const auto* found = references_.follow(node, reason);
  if (found != nullptr && found != &node) count_parts(*found, shared_parts_);
  return found;
}

void Reader::read_path(const std::string& path, const json::value& entry) {
  std::string reason;
  const auto* node = follow(entry, reason);
  if (shared_parts_ > kMaxSchemaVisits) return;
  const auto* item = node == nullptr ? nullptr : node->if_object();
  const auto* own = entry.if_object();
  const bool refers = own != nullptr && own->contains("$ref");
  if (item == nullptr) warnings_.add("The path \"" + shown(path) + "\" cannot be read. " + reason);
  // Members next to the reference take precedence over those of its target.
  if (refers && own->size() > 1) {
    json::object& merged = merged_.emplace_back();
    if (item != nullptr) merged = *item;
    for (const auto& member : *own) merged[member.key()] = member.value();
    merged.erase("$ref");
    item = &merged;
  }
  if (item != nullptr) read_item(path, *item, node != nullptr ? "" : reason);
}

void Reader::read_item(const std::string& path, const json::object& item, const std::string& missing) {
  static const json::object nothing;
  for (const char* method : {"options", "trace", "query"}) others_ += item.contains(method);
  if (const auto* more = object_or_null(item, "additionalOperations")) others_ += more->size();
  for (const auto& [lower, method] : kMethods) {
    const auto* entry = method_of(item, lower, method);
    if (entry == nullptr || entry->is_null()) continue;
    if (out_.operations.size() >= kMaxListedOperations) {
      ++left_out_;
      continue;
    }
    std::string reason;
    const auto* node = follow(*entry, reason);
    if (shared_parts_ > kMaxSchemaVisits) return;
    const auto* operation = node == nullptr ? nullptr : node->if_object();
    if (operation == nullptr && reason.empty()) reason = "It is not an object.";
    if (reason.empty()) reason = missing;
    read_operation(method, path, item, operation == nullptr ? nothing : *operation);
    if (reason.empty()) continue;
    ImportedOperation& imported = out_.operations.back();
    imported.importable = false;
    imported.warnings.assign(1, "It is not described here. " + reason);
  }
}

Document Reader::read() {
  if (const auto* info = object_or_null(root_, "info")) {
    out_.title = visible_text(first_paragraph(scalar_text(*info, "title"), 200));
    out_.version = visible_text(first_paragraph(scalar_text(*info, "version"), 60));
  }
  read_server();
  out_.auth = read_security(root_, references_, out_.base_url, warnings_);
  const auto* paths = object_or_null(root_, "paths");
  if (paths != nullptr) {
    for (const auto& entry : *paths) {
      if (entry.key().starts_with("x-")) continue;
      read_path(std::string(entry.key()), entry.value());
      if (shared_parts_ <= kMaxSchemaVisits) continue;
      warnings_.add("The document repeats the same references too often: only a part of it was read.");
      break;
    }
  }
  if (others_ > 0)
    warnings_.add("Requests with OPTIONS, TRACE or another method (" + std::to_string(others_) +
                  ") are left out.");
  if (left_out_ > 0) {
    warnings_.add("Only the first " + std::to_string(kMaxListedOperations) +
                  " operations are read: " + std::to_string(left_out_) + " more are left out.");
  }
  if (out_.operations.empty()) warnings_.add("The document describes no operations.");
  out_.warnings = warnings_.all();
  return std::move(out_);
}

// The text in UTF-8, from any encoding.
Result<std::string> decode_document(std::string_view text) {
  const std::string_view signature = unicode_signature(text);
  if (!signature.empty() && !text.starts_with("\xEF\xBB\xBF"))
    return decode_charset(std::string(text), signature);
  return is_valid_utf8(text) ? std::string(text) : decode_windows_1252(text);
}

Result<json::value> parse(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return invalid("The document is empty.");
  if (text[first] != '{') return parse_yaml(text);
  auto value = parse_json(text);
  if (value) return value;
  // YAML may begin with a brace too.
  auto other = parse_yaml(text);
  return other ? std::move(other) : std::move(value);
}

}  // namespace

Result<Document> read_document(std::string_view text, std::string_view document_url) {
  if (text.size() > kMaxDocumentBytes) {
    return fail(ErrorCode::kTooLarge,
                "The document is larger than " + std::to_string(kMaxDocumentBytes / (1024 * 1024)) + " MiB.");
  }
  WICK_TRY(plain, decode_document(text));
  WICK_TRY(root, parse(plain));
  if (!root.is_object()) return invalid("The document is not an OpenAPI document: it is not an object.");
  const json::object& object = root.get_object();
  Warnings warnings;
  json::object converted;
  const bool is_20 = object.contains("swagger");
  const std::string version = scalar_text(object, is_20 ? "swagger" : "openapi");
  if (version.empty())
    return invalid(
        "The document is not an OpenAPI document: it does not begin with \"openapi\" and a version.");
  const bool is_30 = is_20 || version == "3" || version == "3.0" || version.starts_with("3.0.");
  if (is_20 && version != "2" && version != "2.0") {
    return invalid("Swagger \"" + shown(version) +
                   "\" is not known: the document must be of 2.0, 3.0 or 3.1.");
  } else if (is_20) {
    converted = from_swagger(root, document_url, warnings);
  } else if (version != "3" && !version.starts_with("3.")) {
    return invalid("OpenAPI \"" + shown(version) +
                   "\" is not known: the document must be of 2.0, 3.0 or 3.1.");
  } else if (!is_30 && version != "3.1" && !version.starts_with("3.1.")) {
    warnings.add("OpenAPI " + shown(version) + " is read as 3.1: what is new in it is left out.");
  }
  Document document =
      Reader(is_20 ? converted : object, root, is_30, document_url, std::move(warnings)).read();
  document.digest = digest_of(text);
  for (ImportedOperation& operation : document.operations) {
    auto* origin = operation.definition.if_contains("openapi");
    if (origin == nullptr) continue;
    json::object& told = origin->get_object();
    told["title"] = document.title;
    told["version"] = document.version;
    told["document"] = document.digest;
  }
  return document;
}

}  // namespace wick::openapi
