#include "oauth/error_page.h"

#include <string>

#include "base/text.h"
#include "crypto/digest.h"

namespace wick::oauth {
namespace {

// The colors of web/src/theme.css.
constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --page: #f8f9fa; --surface: #fff; --border: #dee2e6; --text: #000; --dim: #495057;
  --link: #364fc7 }
@media (prefers-color-scheme: dark) {
  :root { --page: #1f1f1f; --surface: #2e2e2e; --border: #424242; --text: #c9c9c9; --dim: #b8b8b8; --link: #91a7ff }
}
body { margin: 0; background: var(--page); color: var(--text); line-height: 1.55;
  font-family: -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Helvetica, Arial, sans-serif }
main { box-sizing: border-box; max-width: 452px; margin: 0 auto; padding: 10vh 16px 32px }
.brand { display: flex; gap: 8px; align-items: center; justify-content: center; margin: 0 0 24px; font-size: 20px;
  font-weight: 700 }
.panel { padding: 20px 24px; border: 1px solid var(--border); border-radius: 8px; background: var(--surface);
  overflow-wrap: anywhere }
h1 { margin: 0 0 12px; font-size: 22px; line-height: 1.35 }
p { margin: 0 0 12px }
p:last-child { margin: 0; color: var(--dim); font-size: 14px }
a { color: var(--link) }
)";

constexpr std::string_view kBeforeStyle =
    R"(<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" )"
    R"(content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">)"
    R"(<meta name="robots" content="noindex"><title>This app cannot be connected · Wick</title><style>)";
constexpr std::string_view kBeforeText =
    R"(</style></head><body><main><p class="brand"><svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">)"
    R"(<rect width="32" height="32" rx="8" fill="#3b5bdb"/>)"
    R"(<path d="M16 5c4 5 6.5 8 6.5 12a6.5 6.5 0 0 1-13 0C9.5 14 12.5 11.5 16 5z" fill="#fff"/></svg>Wick</p>)"
    R"(<div class="panel"><h1>This app cannot be connected</h1><p>)";
constexpr std::string_view kAfterText =
    R"(</p><p>Nothing was granted. You can close this page, or go to <a href="/">your connectors</a>.</p></div></main>)"
    "</body></html>\n";

// The policy allows the style by its digest (CSP Level 3 §6.7.3.3), and no other style.
const std::string& policy() {
  static const std::string policy = [] {
    const Sha256Digest digest = sha256(kStyle);
    const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
    return "default-src 'none'; style-src 'sha256-" + to_base64(bytes) +
           "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  }();
  return policy;
}

}  // namespace

http::Response error_page(const char* what) {
  http::Response response;
  response.status = 400;
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Security-Policy", policy());
  response.headers.emplace_back("X-Frame-Options", "DENY");
  for (const std::string_view part : {kBeforeStyle, kStyle, kBeforeText, std::string_view(what), kAfterText})
    response.body += part;
  return response;
}

}  // namespace wick::oauth
