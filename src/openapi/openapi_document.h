// OpenAPI 3.0 and 3.1 documents and those of Swagger 2.0, JSON or YAML, as operations of the rest kind. Pure functions.
//
// Every operation of a document is told; what a rest connector cannot call is not importable, and its notes
// say why. References lead only into the document itself. What is generated fits ConnectorService: the same
// document gives the same definitions, which is how a later import knows what has changed.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wick::openapi {

inline constexpr std::size_t kMaxDocumentBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxListedOperations = 5000;  // what comes after them is not told
inline constexpr std::size_t kMaxNameBytes = 100;
inline constexpr std::size_t kMaxOperationDescriptionBytes = 600;
inline constexpr std::size_t kMaxArgumentNameBytes = 64;  // what model providers accept as a property's name
inline constexpr std::size_t kMaxArguments = 500;         // of one operation

struct ImportedOperation {
  std::string operation;  // "GET /repos/{owner}/{repo}", as the document writes it: its identity
  // As ConnectorService::put_operation() takes it, without "enabled". Its member "openapi" says what it was
  // made from: {"operation", "digest", "parts": {"path", "parameters", "body", "description"}, "title",
  // "version", "document", "tags"}, where "digest" is definition_digest() and the others are of the document.
  boost::json::object definition;
  std::string server;  // where it is served, when that is not the document's base URL
  std::vector<std::string> tags, notes;
  bool deprecated = false;
  bool importable = true;
};

struct Document {
  std::string title, version;
  std::string digest;        // of the text
  std::string base_url;      // empty: the document names none that can be used
  boost::json::object auth;  // settings of a rest connector: auth, auth_name, token_url, scope
  std::vector<ImportedOperation> operations;  // in the document's order
  std::vector<std::string> notes;
};

// `document_url` is where the document comes from, for servers it names relative to itself; may be empty.
// Errors: kTooLarge         more than kMaxDocumentBytes
//         kInvalidArgument  neither JSON nor YAML, or not OpenAPI 3 or Swagger 2.0; later ones than 3.1 are read as
//                           3.1
Result<Document> read_document(std::string_view text, std::string_view document_url = {});

// What an operation does, whatever way it is written: the order of members, empty ones and the layout of a
// JSON body do not matter, nor do "key", "enabled" and "openapi".
std::string definition_digest(const boost::json::object& definition);

}  // namespace wick::openapi
