// OpenAPI 3.0, OpenAPI 3.1 and Swagger 2.0 documents, JSON or YAML, as operations of the rest kind. Pure
// functions.
//
// Every operation of a document is returned. Operations that a rest connector cannot call are not importable,
// and their warnings say reason. References lead only into the document itself. The definitions fit
// ConnectorService. The same document always gives the same definitions, so a later import can detect changes.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wick::openapi {

inline constexpr std::size_t kMaxDocumentBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxListedOperations = 5000;  // further operations are left out
inline constexpr std::size_t kMaxNameBytes = 100;
inline constexpr std::size_t kMaxOperationDescriptionBytes = 600;
inline constexpr std::size_t kMaxArgumentNameBytes = 64;  // the limit of model providers for property names
inline constexpr std::size_t kMaxArguments = 500;         // of one operation

struct ImportedOperation {
  std::string operation;  // "GET /repos/{owner}/{repo}", as the document writes it: its identity
  // The definition for ConnectorService::put_operation(), without "enabled". Its member "openapi" describes the
  // origin: {"operation", "digest", "parts": {"path", "parameters", "body", "description"}, "title", "version",
  // "document", "tags"}, where "digest" is definition_digest() and the other members come from the document.
  boost::json::object definition;
  std::string server;  // its server, if it differs from the base URL of the document
  std::vector<std::string> tags, warnings;
  bool deprecated = false;
  bool importable = true;
};

struct Document {
  std::string title, version;
  std::string digest;        // of the text of the document
  std::string base_url;      // empty: the document names no usable server
  boost::json::object auth;  // settings of a rest connector: auth, auth_name, token_url, scope
  std::vector<ImportedOperation> operations;  // in the document's order
  std::vector<std::string> warnings;
};

// `document_url` is the URL of the document, the base for relative servers; may be empty.
// Errors: kTooLarge         more than kMaxDocumentBytes
//         kInvalidArgument  neither JSON nor YAML, or not OpenAPI 3 or Swagger 2.0. Versions above 3.1 are read as 3.1
Result<Document> read_document(std::string_view text, std::string_view document_url = {});

// A digest of what an operation does. The order of members, empty members, the layout of a JSON body, and the
// members "key", "enabled" and "openapi" have no influence.
std::string definition_digest(const boost::json::object& definition);

}  // namespace wick::openapi
