// Imports of an OpenAPI document into a connector: new operations, and later changes by the document or by
// hand.
//
// Each imported operation stores its origin (member "openapi" of its definition). So a later import can
// distinguish a change of the document, which changes the digests of the document's parts, from an edit by
// hand, which changes the digest of the definition. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/snapshot.h"
#include "connectors/connector_service.h"
#include "openapi/openapi_document.h"

namespace wick::openapi {

enum class ImportStatus : unsigned char {
  kNew,        // the connector does not have the operation
  kUnchanged,  // neither the document nor the connector has changed
  kChanged,    // the document has changed, see `changes`
  kEdited,     // the operation was changed by hand; `changes` has the changes of the document
  kRemoved,    // the document no longer has the operation
};

struct Compared {
  const ImportedOperation* imported = nullptr;  // null: removed
  const OperationEntry* existing = nullptr;     // null: new
  std::string operation;                        // "GET /path"
  std::string key;                              // of the existing operation, else an unused key
  ImportStatus status = ImportStatus::kNew;
  std::vector<std::string> changes;  // of path, parameters, body, description
};

// Compares the operations. `connector` may be null: then all operations are new. In the order of the document,
// removed operations last. The result points into both arguments.
std::vector<Compared> compare(const Document& document, const ConnectorEntry* connector);

// The title and version of the last import; empty if there was none.
struct Origin {
  std::string title, version, document;
};
Origin imported_before(const ConnectorEntry& connector);

// The changes that import `operations` ("GET /path") of the document into the connector.
// Errors: kNotFound         the document has no such operation
//         kInvalidArgument  the operation cannot be imported (with the reason), or is named twice
Result<std::vector<OperationChange>> changes_for(const Document& document, const ConnectorEntry& connector,
                                                 const std::vector<std::string>& operations);

}  // namespace wick::openapi
