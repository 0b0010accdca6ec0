// http_dump: prints what the HTTP reader makes of given bytes. A tool for tests; no part of the server.
//
// Standard input holds cases. Each is a line "LENGTH PIECE,PIECE,…" and then LENGTH bytes; the pieces are
// sizes, in which the bytes are fed to the reader ("-": in one piece). Standard output has one JSON line for
// each case:
// {"requests": [{"method", "target", "path", "query", "version", "keep_alive", "expects_continue", "fields":
// [[name, value]], "body"}], "status", "is_idle", "views_held"}. Texts from the request are in base64,
// because they may hold any byte.
#include <iostream>
#include <sstream>

#include "base/json.h"
#include "base/text.h"
#include "http/read_requests.h"

namespace wick::http {
namespace {

namespace json = boost::json;

json::string encoded(std::string_view text) {
  return json::string(to_base64(text));
}

json::object described(const ReadRequest& request) {
  json::object out;
  out["method"] = encoded(request.method);
  out["target"] = encoded(request.target);
  out["path"] = encoded(request.path);
  out["query"] = encoded(request.query);
  out["version"] = request.version;
  out["keep_alive"] = request.keep_alive;
  out["expects_continue"] = request.expects_continue;
  json::array fields;
  for (const auto& [name, value] : request.fields)
    fields.push_back(json::array{encoded(name), encoded(value)});
  out["fields"] = std::move(fields);
  out["body"] = encoded(request.body);
  return out;
}

json::object described(const ReadResult& result) {
  json::object out;
  json::array requests;
  for (const ReadRequest& request : result.requests) requests.push_back(described(request));
  out["requests"] = std::move(requests);
  out["status"] = result.status;
  out["is_idle"] = result.is_idle;
  out["views_held"] = result.views_held;
  return out;
}

int dump() {
  std::string line, bytes;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::size_t length = 0;
    std::string sizes;
    if (!(words >> length >> sizes)) {
      std::cerr << "http_dump: a case begins with \"LENGTH PIECES\", not \"" << line << "\"\n";
      return 2;
    }
    std::vector<std::size_t> pieces;
    std::istringstream list(sizes == "-" ? "" : sizes);
    for (std::string size; std::getline(list, size, ',');) pieces.push_back(std::stoul(size));
    bytes.resize(length);
    if (!std::cin.read(bytes.data(), std::streamsize(length))) {
      std::cerr << "http_dump: the input ended inside a case\n";
      return 2;
    }
    std::cout << to_json(described(read_requests(bytes, pieces, Limits()))) << "\n";
  }
  std::cout.flush();
  return 0;
}

}  // namespace
}  // namespace wick::http

int main() {
  return wick::http::dump();
}
