// What another MCP server says of its tools, resources and prompts, as Wick repeats it on /mcp: as it was given, but for
// members whose type is wrong, for a client that cannot read one entry drops the whole list, and with it what other
// connectors offer. And how its resources are named there. Pure functions.
//
// A resource of a connector has on /mcp the URI `wick+{label}:{the URI that the server gave}`, for example
// wick+my-tracker:file:///notes.txt: a valid URI (RFC 3986 §3.1; the label's "_" is a "-" there, for a scheme has no "_"),
// which needs no memory to be taken apart, leaves the expressions of a URI template alone, and cannot be mistaken for
// another connector's, whatever the server writes.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace wick::mcp {

// Which revision the list is for: before 2026-07-28 an outputSchema describes an object.
enum class Era : unsigned char { kWithSessions, kStateless };

// Makes the members of an entry of a list readable. False: it has no name (or URI), so it has to be left out.
bool make_readable_tool(boost::json::object& tool, Era era);
bool make_readable_prompt(boost::json::object& prompt);
bool make_readable_resource(boost::json::object& resource);
bool make_readable_template(boost::json::object& resource_template);

// "The description (Label)": says which connector an entry is of. An empty one stays as it is.
std::string named(std::string_view description, std::string_view label);
void name_connector(boost::json::object& entry, std::string_view label);

// The URI, or URI template, under which /mcp has a resource of the connector with this slug.
std::string public_uri(std::string_view slug, std::string_view uri);
struct ForeignUri {
  std::string slug, uri;
};
// Back. nullopt: it is not of that form.
std::optional<ForeignUri> parse_public_uri(std::string_view uri);

// The name under which /mcp has a prompt of the connector, and back.
std::string public_prompt_name(std::string_view slug, std::string_view name);
struct ForeignPrompt {
  std::string slug, name;
};
std::optional<ForeignPrompt> parse_public_prompt_name(std::string_view name);

// Renames what a result of the connector refers to: links to resources and resources in `content` of a CallToolResult,
// in the messages of a GetPromptResult, and in `contents` of a ReadResourceResult.
void publish_uris(boost::json::object& result, std::string_view slug);

}  // namespace wick::mcp
