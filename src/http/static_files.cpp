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
    // Must differ only between two builds of one file.
    file.etag = "\"" + std::to_string(std::hash<std::string_view>()(bytes)) + "\"";
    file.plain = std::move(content);
  }
}

const StaticFiles::File* StaticFiles::file_at(std::string_view path) const {
  const auto found = files_.find(path);
  return found == files_.end() || found->second.plain == nullptr ? nullptr : &found->second;
}

Response StaticFiles::serve(const Request& request) const {
  // The page has no address of its own.
  const File* file = request.path == kPage ? nullptr : file_at(request.path);
  if (file == nullptr && is_page_(request.path)) file = file_at(kPage);
  if (file == nullptr) return missing(request);
  Response response;
  if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
    response.headers.emplace_back("Allow", "GET, HEAD");
    response.content_type = "text/plain; charset=utf-8";
    response.body = "This address only answers GET.\n";
    return response;
  }
  response.headers.emplace_back("ETag", file->etag);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  response.headers.emplace_back("Cache-Control", request.path.starts_with("/assets/")
                                                     ? "public, max-age=31536000, immutable"
                                                     : "no-cache");
  put_content(*file, request, response);
  if (request.header("if-none-match").value_or("") == file->etag) {
    response.status = 304;
    response.shared_body = nullptr;
  }
  return response;
}

// A browser that opens an address asks for HTML; scripts, images and other programs do not.
Response StaticFiles::missing(const Request& request) const {
  Response response;
  response.status = 404;
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  response.headers.emplace_back("Cache-Control", "no-store");
  const File* page = file_at(kPage);
  const bool opens_page = request.method == "GET" &&
                          request.header("accept").value_or("").find("text/html") != std::string_view::npos;
  if (page != nullptr && opens_page && !request.path.starts_with("/assets/")) {
    put_content(*page, request, response);
  } else {
    response.content_type = "text/plain; charset=utf-8";
    response.body = "There is nothing at this address.\n";
  }
  return response;
}

void StaticFiles::put_content(const File& file, const Request& request, Response& response) const {
  response.content_type = file.content_type;
  if (file.content_type.starts_with("text/html")) {
    response.headers.insert(response.headers.end(), page_headers_.begin(), page_headers_.end());
  }
  response.shared_body = file.plain;
  if (file.br != nullptr && accepts_coding(request, "br")) {
    response.shared_body = file.br;
    response.headers.emplace_back("Content-Encoding", "br");
  } else if (file.gz != nullptr && accepts_coding(request, "gzip")) {
    response.shared_body = file.gz;
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
}

}  // namespace wick::http
