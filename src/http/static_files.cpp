#include "http/static_files.h"

#include <functional>

#include "http/content_coding.h"

namespace wick::http {
namespace {

constexpr std::string_view kPage = "/index.html";

const char* type_of(std::string_view path) {
  static constexpr std::pair<std::string_view, const char*> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".json", "application/json"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"}};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

}  // namespace

void StaticFiles::add(std::string path, std::string_view bytes) {
  auto content = std::make_shared<const std::string>(bytes);
  if (path.ends_with(".br")) {
    files_[path.substr(0, path.size() - 3)].br = std::move(content);
  } else if (path.ends_with(".gz")) {
    files_[path.substr(0, path.size() - 3)].gz = std::move(content);
  } else {
    File& file = files_[path];
    file.content_type = type_of(path);
    // Only has to differ between two builds of one file.
    file.etag = "\"" + std::to_string(std::hash<std::string_view>()(bytes)) + "\"";
    file.plain = std::move(content);
  }
}

Response StaticFiles::serve(const Request& request) const {
  Response response;
  auto found = files_.find(request.path);
  if (found == files_.end() && !request.path.starts_with("/assets/") &&
      request.path.find('.') == std::string_view::npos) {
    found = files_.find(kPage);
  }
  if (found == files_.end() || found->second.plain == nullptr ||
      (request.method != "GET" && request.method != "HEAD")) {
    response.status = found == files_.end() ? 404 : 405;
    if (response.status == 405) response.headers.emplace_back("Allow", "GET, HEAD");
    response.content_type = "text/plain; charset=utf-8";
    response.body =
        response.status == 404 ? "There is nothing at this address.\n" : "This address only answers GET.\n";
    return response;
  }
  const File& file = found->second;
  response.content_type = file.content_type;
  response.headers.emplace_back("ETag", file.etag);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  response.headers.emplace_back("Cache-Control", request.path.starts_with("/assets/")
                                                     ? "public, max-age=31536000, immutable"
                                                     : "no-cache");
  if (file.content_type.starts_with("text/html")) {
    response.headers.insert(response.headers.end(), page_headers_.begin(), page_headers_.end());
  }
  if (request.header("if-none-match").value_or("") == file.etag) {
    response.status = 304;
    return response;
  }
  response.shared_body = file.plain;
  if (file.br != nullptr && accepts_coding(request, "br")) {
    response.shared_body = file.br;
    response.headers.emplace_back("Content-Encoding", "br");
  } else if (file.gz != nullptr && accepts_coding(request, "gzip")) {
    response.shared_body = file.gz;
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

}  // namespace wick::http
