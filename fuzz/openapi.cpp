#include <set>

#include "base/charset.h"
#include "base/json.h"
#include "base/text.h"
#include "connectors/input_schema.h"
#include "openapi/openapi_document.h"
#include "openapi/openapi_schema.h"
#include "openapi/yaml_text.h"
#include "rest/rest_request.h"
#include "targets.h"

namespace wick::fuzz {

// What is read of a document can be stored, has keys that are each there once, fits its limits, and is the
// same when the document comes as JSON.
void fuzz_openapi(std::string_view data) {
  const auto document = openapi::read_document(data, "https://docs.example/api/openapi.json");
  if (!document) {
    FUZZ_CHECK(!document.error().message.empty());
    return;
  }
  std::set<std::string> keys;
  for (const openapi::ImportedOperation& operation : document->operations) {
    FUZZ_CHECK(!operation.operation.empty());
    if (!operation.importable) {
      FUZZ_CHECK(!operation.warnings.empty());
      continue;
    }
    FUZZ_CHECK(keys.insert(text_or_empty(operation.definition, "key")).second);
    const json::object& schema = operation.definition.at("input_schema").as_object();
    FUZZ_CHECK(to_json(schema).size() <= 2 * openapi::kMaxImportedSchemaBytes);
    FUZZ_CHECK(check_schema(schema));
    FUZZ_CHECK(parse_json(to_json(operation.definition)));
    FUZZ_CHECK(check_rest_request(operation.definition.at("rest").as_object()));
  }
  auto value = parse_json(data);
  if (!value) value = parse_yaml(data);
  const bool is_plain = is_valid_utf8(data) && unicode_signature(data).empty();
  if (!value || !is_plain) return;  // it was read in another encoding
  const auto again = openapi::read_document(to_json(*value), "https://docs.example/api/openapi.json");
  FUZZ_CHECK(again);
  FUZZ_CHECK(again->operations.size() == document->operations.size());
  for (std::size_t i = 0; i < again->operations.size(); ++i) {
    FUZZ_CHECK(openapi::definition_digest(again->operations[i].definition) ==
               openapi::definition_digest(document->operations[i].definition));
  }
}

}  // namespace wick::fuzz
