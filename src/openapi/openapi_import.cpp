#include "openapi/openapi_import.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace wick::openapi {
namespace {

constexpr const char* kParts[] = {"path", "parameters", "body", "description"};

const json::object* origin_of(const json::object& definition) {
  const auto* origin = definition.if_contains("openapi");
  return origin == nullptr ? nullptr : origin->if_object();
}

std::vector<std::string> changed_parts(const json::object& before, const json::object& now) {
  const json::object none;
  const auto parts = [&](const json::object& origin) -> const json::object& {
    const auto* value = origin.if_contains("parts");
    return value != nullptr && value->is_object() ? value->get_object() : none;
  };
  std::vector<std::string> out;
  for (const char* part : kParts) {
    if (text_or_empty(parts(before), part) != text_or_empty(parts(now), part)) out.emplace_back(part);
  }
  return out;
}

std::string free_key(const std::string& wanted, const std::string& operation,
                     const std::set<std::string>& taken) {
  std::string key = wanted;
  const std::string mark = "_" + to_hex(sha256(operation)).substr(0, 8);
  if (taken.contains(key)) key = key.substr(0, kMaxOperationKeyBytes - mark.size()) + mark;
  for (int i = 2; taken.contains(key); ++i) {
    const std::string number = "_" + std::to_string(i);
    key = wanted.substr(0, kMaxOperationKeyBytes - number.size()) + number;
  }
  return key;
}

}  // namespace

std::vector<Compared> compare(const Document& document, const ConnectorEntry* connector) {
  std::unordered_map<std::string, const OperationEntry*> existing;
  std::set<std::string> taken;
  if (connector != nullptr) {
    for (const OperationEntry& operation : connector->operations) {
      taken.insert(operation.key);
      if (const auto* origin = origin_of(operation.definition))
        existing.emplace(text_or_empty(*origin, "operation"), &operation);
    }
  }
  std::vector<Compared> out;
  for (const ImportedOperation& imported : document.operations) {
    Compared each;
    each.imported = &imported;
    each.operation = imported.operation;
    const auto found = existing.find(imported.operation);
    if (found == existing.end()) {
      each.status = ImportStatus::kNew;
      each.key = free_key(text_or_empty(imported.definition, "key"), imported.operation, taken);
      taken.insert(each.key);
    } else {
      each.existing = found->second;
      each.key = found->second->key;
      const json::object& before = *origin_of(found->second->definition);
      const auto* now = origin_of(imported.definition);
      if (now != nullptr) each.changes = changed_parts(before, *now);
      const bool edited = definition_digest(found->second->definition) != text_or_empty(before, "digest");
      if (edited) {
        each.status = ImportStatus::kEdited;
      } else {
        each.status = each.changes.empty() ? ImportStatus::kUnchanged : ImportStatus::kChanged;
      }
      existing.erase(found);
    }
    out.push_back(std::move(each));
  }
  if (connector == nullptr) return out;
  for (const OperationEntry& operation : connector->operations) {
    const auto* origin = origin_of(operation.definition);
    if (origin == nullptr) continue;
    const auto found = existing.find(text_or_empty(*origin, "operation"));
    if (found == existing.end() || found->second != &operation) continue;
    out.push_back({nullptr, &operation, found->first, operation.key, ImportStatus::kRemoved, {}});
  }
  return out;
}

Origin imported_before(const ConnectorEntry& connector) {
  for (const OperationEntry& operation : connector.operations) {
    if (const auto* origin = origin_of(operation.definition)) {
      return {text_or_empty(*origin, "title"), text_or_empty(*origin, "version"),
              text_or_empty(*origin, "document")};
    }
  }
  return {};
}

Result<std::vector<OperationChange>> changes_for(const Document& document, const ConnectorEntry& connector,
                                                 const std::vector<std::string>& operations) {
  const std::vector<Compared> all = compare(document, &connector);
  std::unordered_map<std::string_view, const Compared*> by_operation;
  for (const Compared& each : all) {
    if (each.imported != nullptr) by_operation.emplace(each.operation, &each);
  }
  std::vector<OperationChange> out;
  std::set<std::string_view> seen;
  for (const std::string& operation : operations) {
    const auto found = by_operation.find(operation);
    if (found == by_operation.end())
      return fail(ErrorCode::kNotFound, "The document has no operation \"" + operation + "\".");
    if (!seen.insert(operation).second)
      return fail(ErrorCode::kInvalidArgument, "\"" + operation + "\" is named twice.");
    const Compared& each = *found->second;
    if (!each.imported->importable) {
      std::string reason;
      for (const std::string& warning : each.imported->warnings) reason += " " + warning;
      return fail(ErrorCode::kInvalidArgument, "\"" + operation + "\" cannot be imported." + reason);
    }
    OperationChange change{each.existing == nullptr ? std::string() : each.key, each.imported->definition};
    change.definition["key"] = each.key;
    out.push_back(std::move(change));
  }
  return out;
}

}  // namespace wick::openapi
