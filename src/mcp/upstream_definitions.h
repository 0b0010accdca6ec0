// Definitions and names of a connected MCP server's tools, resources and prompts, as Wick lists them. Pure functions.
//
// Definitions are passed on unchanged, except for members of the wrong type. A client that cannot read one entry drops the
// whole list, and with it the entries of other connectors.
//
// On /mcp, a resource of a connector has the URI `wick+{label}:{the server's URI}`, for example
// wick+my-tracker:file:///notes.txt. In the scheme, a "-" replaces each "_" of the label, because a scheme has no "_" (RFC
// 3986 §3.1). The URI can be parsed without any state. The expressions of a URI template stay as they are. The URI of one
// connector cannot be mistaken for the URI of another connector, whatever the server writes.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace wick::mcp {

// The protocol generation of the client. Before 2026-07-28, an outputSchema describes an object.
enum class ProtocolGeneration : unsigned char { kSessionBased, kStateless };

// Removes the members of a list entry that have the wrong type. False: the entry has no name or no URI, and has to be left
// out.
bool make_readable_tool(boost::json::object& tool, ProtocolGeneration generation);
bool make_readable_prompt(boost::json::object& prompt);
bool make_readable_resource(boost::json::object& resource);
bool make_readable_template(boost::json::object& resource_template);

// "The description (Label)". An empty description stays empty.
std::string add_label(std::string_view description, std::string_view label);
void label_entry(boost::json::object& entry, std::string_view label);

// The URI, or URI template, under which /mcp lists a resource of the connector with this slug.
std::string public_uri(std::string_view slug, std::string_view uri);
struct ConnectorUri {
  std::string slug, uri;
};
// The inverse of public_uri(). nullopt: the URI does not have that form.
std::optional<ConnectorUri> parse_public_uri(std::string_view uri);

// The name under which /mcp lists a prompt of the connector, and its inverse.
std::string public_prompt_name(std::string_view slug, std::string_view name);
struct ConnectorPrompt {
  std::string slug, name;
};
std::optional<ConnectorPrompt> parse_public_prompt_name(std::string_view name);

// Replaces the URIs in a result of the connector by their public URIs: in links to resources and in resources, in `content` of
// a CallToolResult, in the messages of a GetPromptResult and in `contents` of a ReadResourceResult.
void publish_uris(boost::json::object& result, std::string_view slug);

}  // namespace wick::mcp
