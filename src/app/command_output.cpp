#include "app/command_output.h"

#include <algorithm>
#include <iostream>
#include <vector>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return "-";
  return is_text(*value) ? std::string(value->get_string()) : to_json(*value);
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(i + 1 < row.size() ? widths[i] - row[i].size() + 2 : 0, ' ');
    std::cout << line << "\n";
  }
}

void print_list(const json::object& result, const char* key, std::initializer_list<const char*> columns) {
  std::vector<std::vector<std::string>> rows{{}};
  for (const char* column : columns) rows[0].push_back(to_lower_ascii(column));
  for (const auto& item : result.at(key).as_array()) {
    std::vector<std::string> row;
    for (const std::string_view column : columns) {
      const json::object& object = item.as_object();
      if (column == "owner" || column == "last_used") {
        const auto* inner = object.if_contains(column);
        row.push_back(inner != nullptr && inner->is_object()
                          ? text_of(inner->get_object(), column == "owner" ? "email" : "at")
                          : "never");
      } else {
        row.push_back(text_of(object, column));
      }
    }
    rows.push_back(std::move(row));
  }
  print_table(rows);
}

std::string listed(const json::object& result, std::string_view key) {
  std::string out;
  for (const auto& one : result.at(key).as_array())
    out += (out.empty() ? "" : ", ") + std::string(std::string_view(one.as_string()));
  return out.empty() ? "none" : out;
}

void print_offer(const json::object& connector, const json::object& offer) {
  std::string keys;
  for (const auto& change : offer.at("changes").as_array())
    keys += (keys.empty() ? "" : ", ") + text_of(change.as_object(), "key");
  std::cout
      << "The server's operations differ from the accepted ones: " << keys
      << ".\n--json and the web app show the differences. To accept them, run: wick connector refresh \""
      << text_of(connector, "label") << "\"\n";
}

std::string since(const json::object& connector) {
  const std::string at = text_or_empty(connector, "health_since");
  return at.empty() ? "" : " since " + at;
}

// Prints the standard error of a connector's program, line by line.
void print_stderr(const json::object& connector) {
  const std::string text = text_or_empty(connector, "stderr");
  if (text.empty()) return;
  std::cout << "standard error:\n";
  for (const std::string_view line : split(text, '\n')) std::cout << "  " << printable(line) << "\n";
}

void print_connector_result(const std::string& name, const json::object& result) {
  if (name == "connector list") {
    print_list(result, "connectors", {"label", "kind", "health", "disabled", "offered_changes", "id"});
  } else if (name == "connector show") {
    std::cout << text_of(result, "label") << " (" << text_of(result, "kind") << ", id "
              << text_of(result, "id") << ")\nendpoint: /mcp/c/" << text_of(result, "slug")
              << "\nhealth: " << text_of(result, "health") << since(result) << " "
              << printable(text_or_empty(result, "health_message"))
              << "\nconfiguration: " << text_of(result, "config") << "\n";
    print_stderr(result);
    print_list(result, "operations", {"key", "name", "enabled", "read_only", "destructive"});
    if (const auto* offer = result.if_contains("offer")) print_offer(result, offer->as_object());
  } else if (name == "connector remove") {
    std::cout << "Removed " << text_of(result, "label") << ". The records of its calls stay.\n";
  } else if (result.contains("text")) {
    std::cout << (result.at("is_error").as_bool() ? "The operation failed: " : "") << text_of(result, "text")
              << "\n";
    print_stderr(result);
  } else if (result.contains("unchanged")) {
    std::cout << text_of(result, "label")
              << (name == "connector test" ? " answers. A refresh would change:" : ":")
              << "\n  added: " << listed(result, "added") << "\n  changed: " << listed(result, "changed")
              << "\n  removed: " << listed(result, "removed")
              << "\n  unchanged: " << text_of(result, "unchanged") << "\n";
  } else {
    std::cout << "Added " << text_of(result, "label") << " (id " << text_of(result, "id") << ").\n";
    if (result.contains("problem")) {
      std::cerr << "wick: The system's operations are not known yet. "
                << printable(text_of(result, "problem")) << " Afterwards run: wick connector refresh \""
                << text_of(result, "label") << "\"\n";
    }
  }
}

}  // namespace

void print_command_result(const std::string& name, const json::object& result) {
  if (name == "user list") {
    print_list(result, "users", {"email", "name", "role", "status", "active_tokens", "second_factor", "id"});
  } else if (name == "token list") {
    print_list(result, "tokens",
               {"name", "masked", "owner", "status", "created_at", "last_used", "id", "description"});
  } else if (name == "token create") {
    std::cerr << "Created a token for " << text_of(result, "user") << ". It is not shown again:\n";
    std::cout << text_of(result, "token") << "\n";
  } else if (name == "token revoke") {
    std::cout << "Revoked. The token is rejected from now on.\n";
  } else if (name.starts_with("connector ")) {
    print_connector_result(name, result);
  } else if (name == "backup") {
    std::cout << "Copied to " << text_of(result, "folder")
              << ". Keep secret.key in another place too: without it, the secrets of connectors cannot be "
                 "decrypted.\n";
  } else if (name == "doctor") {
    const auto& problems = result.at("problems").as_array();
    for (const auto& problem : problems)
      std::cout << "problem: " << std::string_view(problem.as_string()) << "\n";
    if (problems.empty())
      std::cout << "No problems found: the databases are intact, and there is an active admin.\n";
  } else {
    std::cout << text_of(result, "email") << " is " << text_of(result, "status") << " ("
              << text_of(result, "role") << ", id " << text_of(result, "id") << ").\n";
  }
}

}  // namespace wick
