// Routes for admins that import OpenAPI documents: they show the operations of a document, and import chosen ones.
//
// The document is in the request as text, or compressed: some documents are larger than limits.max_body_bytes (GitHub's has
// 13 MB), and compression makes them ten times smaller. So the limit stays the same for everyone. Only an admin's request is
// inflated, after its admission, to at most kMaxDocumentBytes.
#include "openapi/openapi_import_routes.h"
#include "api/request_fields.h"
#include "base/text.h"
#include "connectors/connector_service.h"
#include "http/inflate.h"
#include "openapi/openapi_import.h"

namespace wick::api {
namespace {

const char* import_status_name(openapi::ImportStatus status) {
  using openapi::ImportStatus;
  switch (status) {
    case ImportStatus::kNew:
      return "new";
    case ImportStatus::kUnchanged:
      return "unchanged";
    case ImportStatus::kChanged:
      return "changed";
    case ImportStatus::kEdited:
      return "edited";
    case ImportStatus::kRemoved:
      return "removed";
  }
  return "";
}

Result<openapi::Document> read_document(const json::object& body) {
  WICK_TRY(text, optional_string(body, "document"));
  WICK_TRY(deflated, optional_string(body, "document_deflated"));
  WICK_TRY(url, optional_string(body, "document_url"));
  if (text.has_value() == deflated.has_value()) {
    return fail(ErrorCode::kInvalidArgument,
                "Send the text as \"document\", or as \"document_deflated\": its raw DEFLATE in base64url.");
  }
  if (deflated) {
    const auto bytes = from_base64url(*deflated);
    if (!bytes) return fail(ErrorCode::kInvalidArgument, "\"document_deflated\" is not base64url.");
    WICK_TRY(inflated, http::inflate(*bytes, openapi::kMaxDocumentBytes));
    text = std::move(inflated);
  }
  return openapi::read_document(*text, url.value_or(""));
}

json::array to_array(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

json::object operation_view(const openapi::Compared& each) {
  json::object out;
  const json::object& definition =
      each.imported != nullptr ? each.imported->definition : each.existing->definition;
  out["operation"] = each.operation;
  out["key"] = each.key;
  out["status"] = import_status_name(each.status);
  out["changes"] = to_array(each.changes);
  for (const char* field : {"name", "description", "read_only", "destructive"})
    out[field] = definition.at(field);
  const auto space = each.operation.find(' ');
  out["method"] = each.operation.substr(0, space);
  out["path"] = each.operation.substr(space + 1);
  const auto* schema = definition.if_contains("input_schema");
  out["input_schema"] = schema != nullptr ? *schema : json::value(json::object());
  out["deprecated"] = each.imported != nullptr && each.imported->deprecated;
  out["importable"] = each.imported != nullptr && each.imported->importable;
  out["server"] = each.imported != nullptr ? each.imported->server : std::string();
  out["tags"] = each.imported != nullptr ? to_array(each.imported->tags) : json::array();
  out["notes"] = each.imported != nullptr ? to_array(each.imported->warnings) : json::array();
  return out;
}

json::object document_view(const openapi::Document& document, const ConnectorEntry* connector) {
  json::object out;
  out["title"] = document.title;
  out["version"] = document.version;
  out["base_url"] = document.base_url;
  out["auth"] = document.auth;
  out["notes"] = to_array(document.warnings);
  const openapi::Origin before =
      connector != nullptr ? openapi::imported_before(*connector) : openapi::Origin();
  out["imported_before"] = nullptr;
  if (!before.document.empty()) {
    json::object origin;
    origin["title"] = before.title;
    origin["version"] = before.version;
    origin["same_document"] = before.document == document.digest;
    out["imported_before"] = std::move(origin);
  }
  json::array operations;
  for (const openapi::Compared& each : openapi::compare(document, connector))
    operations.push_back(operation_view(each));
  out["operations"] = std::move(operations);
  return out;
}

// The connector, when it is one whose operations can be imported.
Result<const ConnectorEntry*> find_connector(const Context& context, std::string_view text) {
  WICK_TRY(id, parse_id<ConnectorId>(text, "connector"));
  const ConnectorEntry* connector = context.snapshot->connector(id);
  if (connector == nullptr) return fail(ErrorCode::kNotFound, "There is no connector with this id.");
  if (connector->kind != "rest")
    return fail(ErrorCode::kInvalidArgument, "OpenAPI is imported into connectors of the kind rest.");
  return connector;
}

Result<Reply> preview(const OpenApiImportRouteServices&, Context& context) {
  WICK_CHECK(only_fields(context.body, {"document", "document_deflated", "document_url", "connector"}));
  WICK_TRY(id, optional_string(context.body, "connector"));
  const ConnectorEntry* connector = nullptr;
  if (id) {
    WICK_TRY(found, find_connector(context, *id));
    connector = found;
  }
  WICK_TRY(document, read_document(context.body));
  return Reply{200, document_view(document, connector)};
}

Result<Reply> import(const OpenApiImportRouteServices& services, Context& context) {
  WICK_CHECK(
      only_fields(context.body, {"document", "document_deflated", "document_url", "operations", "remove"}));
  WICK_TRY(connector, find_connector(context, context.path("id")));
  WICK_TRY(operations, optional_strings(context.body, "operations"));
  WICK_TRY(removed, optional_strings(context.body, "remove"));
  WICK_TRY(document, read_document(context.body));
  WICK_TRY(changes,
           openapi::changes_for(document, *connector, operations.value_or(std::vector<std::string>())));
  WICK_CHECK(services.connectors.change_operations(connector->id, changes,
                                                   removed.value_or(std::vector<std::string>())));
  json::object out;
  std::int64_t added = 0;
  for (const OperationChange& change : changes) added += change.replaced_key.empty();
  out["added"] = added;
  out["updated"] = std::int64_t(changes.size()) - added;
  out["removed"] = std::int64_t(removed ? removed->size() : 0);
  return Reply{200, std::move(out)};
}

}  // namespace

void mount_openapi_import(Api& api, const OpenApiImportRouteServices& services) {
  Routes routes(api, services);
  routes.route("POST", "/admin/connectors/import/openapi", Access::kAdmin, preview);
  routes.route("POST", "/admin/connectors/{id}/import/openapi", Access::kAdmin, import);
}

}  // namespace wick::api
