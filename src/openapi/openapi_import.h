// Importing an OpenAPI document into a connector: what is new in it, and what was changed since by whom.
//
// What was imported is kept with each operation (its definition's member "openapi"), so a later import tells
// a change of the document from an edit by hand: the first changes the digests of the parts that the document
// gives, the second the digest of the definition. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/snapshot.h"
#include "connectors/connector_service.h"
#include "openapi/openapi_document.h"

namespace wick::openapi {

struct Compared {
  const ImportedOperation* imported = nullptr;  // null: removed
  const OperationEntry* existing = nullptr;     // null: new
  std::string operation;                        // "GET /path"
  std::string key;                              // the existing one's, else one that is free
  // new        the connector does not have it
  // unchanged  neither the document's nor the connector's has changed
  // changed    the document's has, in `changes`
  // edited     the connector's was changed by hand; `changes` is what the document has changed as well
  // removed    the document has it no longer
  std::string status;
  std::vector<std::string> changes;  // of path, parameters, body, description
};

// `connector` may be null: then all is new. In the document's order, the removed ones last. What is returned
// points into both arguments.
std::vector<Compared> compare(const Document& document, const ConnectorEntry* connector);

// The title and version of what was imported last; empty when nothing was.
struct Origin {
  std::string title, version, document;
};
Origin imported_before(const ConnectorEntry& connector);

// The changes that bring `operations` ("GET /path") of the document into the connector.
// Errors: kNotFound         the document has no such operation
//         kInvalidArgument  it cannot be imported, and why; or it is named twice
Result<std::vector<OperationChange>> changes_for(const Document& document, const ConnectorEntry& connector,
                                                 const std::vector<std::string>& operations);

}  // namespace wick::openapi
