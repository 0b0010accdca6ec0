// StaticFiles: files inside the binary, served from memory, precompressed, with validators.
//
// Files under /assets/ have a hash in their name and are kept by browsers for a year; everything else is
// asked about again by its ETag (RFC 9110 §8.8.3). The page "/index.html" is served at the addresses of the web app's
// pages, and with status 404 to browsers that open any other, where the web app says that there is nothing. Filled before
// the server starts, read-only afterwards.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace wick::http {

class StaticFiles {
 public:
  // `page_headers` go with HTML (Content-Security-Policy). `is_page`: whether the web app has a page at this path.
  StaticFiles(std::vector<std::pair<std::string, std::string>> page_headers,
              std::function<bool(std::string_view path)> is_page)
      : page_headers_(std::move(page_headers)), is_page_(std::move(is_page)) {}

  // `path` begins with "/"; one ending in .br or .gz is the compressed form of the path before it.
  void add(std::string path, std::string_view bytes);
  Response serve(const Request& request) const;

 private:
  struct File {
    std::string content_type, etag;
    std::shared_ptr<const std::string> plain, br, gz;
  };
  std::map<std::string, File, std::less<>> files_;
  const File* file_at(std::string_view path) const;
  Response missing(const Request& request) const;
  void put_content(const File& file, const Request& request, Response& response) const;

  std::vector<std::pair<std::string, std::string>> page_headers_;
  std::function<bool(std::string_view path)> is_page_;
};

}  // namespace wick::http
