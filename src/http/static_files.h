// StaticFiles: files inside the binary, served from memory, precompressed, with validators.
//
// Browsers keep files under /assets/, which have a hash in their name, for a year. They revalidate all others
// by ETag (RFC 9110 §8.8.3). The page "/index.html" is served at the paths of the web app's pages, and with
// status 404 to browsers that open any other path, where the web app shows that the page does not exist. Filled
// before the server starts, read-only afterwards.
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
  // `page_headers` are added to HTML responses (Content-Security-Policy). `is_page` returns whether the web app
  // has a page at this path.
  StaticFiles(std::vector<std::pair<std::string, std::string>> page_headers,
              std::function<bool(std::string_view path)> is_page)
      : page_headers_(std::move(page_headers)), is_page_(std::move(is_page)) {}

  // `path` begins with "/". A path that ends in .br or .gz is the compressed form of the path before it.
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
