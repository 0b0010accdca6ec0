// StaticFiles: files inside the binary, served from memory, precompressed, with validators.
//
// Files under /assets/ have a hash in their name and are kept by browsers for a year; everything else is
// asked about again by its ETag (RFC 9110 §8.8.3). A path without a file gets the page "/index.html": the web
// app has its own routes. Filled before the server starts, read-only afterwards.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace wick::http {

class StaticFiles {
 public:
  // `page_headers` go with HTML (Content-Security-Policy).
  explicit StaticFiles(std::vector<std::pair<std::string, std::string>> page_headers)
      : page_headers_(std::move(page_headers)) {}

  // `path` begins with "/"; one ending in .br or .gz is the compressed form of the path before it.
  void add(std::string path, std::string_view bytes);
  Response serve(const Request& request) const;

 private:
  struct File {
    std::string content_type, etag;
    std::shared_ptr<const std::string> plain, br, gz;
  };
  std::map<std::string, File, std::less<>> files_;
  std::vector<std::pair<std::string, std::string>> page_headers_;
};

}  // namespace wick::http
