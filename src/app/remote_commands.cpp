#include "app/remote_commands.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <memory>

#include "app/print.h"
#include "base/json.h"
#include "base/text.h"
#include "cli_login/server.h"

namespace wick {
namespace {

struct RemoteOptions {
  std::string url, store = "auto", ca_file;
  bool as_json = false, read_only = false;
};

Result<std::string> server_url(const RemoteOptions& options, cli_login::CredentialStore& store) {
  if (!options.url.empty()) return cli_login::normal_server_url(options.url);
  WICK_TRY(known, store.urls());
  if (known.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "There is no connection to a server yet. Name one with --url, for example --url "
                "https://wick.example.com.");
  }
  return known.front();
}

void show_prompt(const RemoteOptions& options, const cli_login::DevicePrompt& prompt) {
  if (options.as_json) {
    json::object out;
    out["verification_uri"] = prompt.verification_uri;
    out["verification_uri_complete"] = prompt.verification_uri_complete;
    out["user_code"] = prompt.user_code;
    out["expires_in"] = prompt.expires_in_seconds;
    std::cout << to_json(out) << std::endl;
    return;
  }
  std::cerr << "Open " << prompt.verification_uri << " in a browser and enter this code:\n\n    "
            << prompt.user_code << "\n\nOr open " << prompt.verification_uri_complete
            << "\nand check that the page shows the same code. The code expires in "
            << prompt.expires_in_seconds / 60 << " minutes. Waiting for approval ..." << std::endl;
}

Result<void> login(const RemoteOptions& options, cli_login::RemoteServer& server) {
  WICK_TRY(storage, cli_login::parse_storage(options.store));
  WICK_TRY(where, server.login(options.read_only, storage,
                               [&](const cli_login::DevicePrompt& prompt) { show_prompt(options, prompt); }));
  if (options.as_json) {
    json::object out;
    out["url"] = server.url();
    out["stored_in"] = where;
    std::cout << to_json(out) << "\n";
  } else {
    std::cout << "Logged in to " << server.url() << ". The connection is stored in " << where << ".\n";
  }
  return {};
}

Result<void> logout(const RemoteOptions& options, cli_login::RemoteServer& server) {
  if (auto done = server.logout(); !done) return done;
  if (options.as_json) {
    json::object out;
    out["url"] = server.url();
    out["status"] = "logged out";
    std::cout << to_json(out) << "\n";
  } else {
    std::cout << "Logged out of " << server.url() << ": the connection has ended.\n";
  }
  return {};
}

Result<void> whoami(const RemoteOptions& options, cli_login::RemoteServer& server) {
  WICK_TRY(who, server.whoami());
  if (options.as_json) {
    std::cout << to_json(who) << "\n";
    return {};
  }
  const auto part = [&](std::string_view name) {
    const auto* found = who.if_contains(name);
    return found != nullptr && found->is_object() ? found->get_object() : json::object();
  };
  const auto text = [](const json::object& object, std::string_view name) {
    return printable(text_or_empty(object, name));
  };
  const std::string ends = text(who, "expires_at");
  std::cout << text(part("user"), "name") << " <" << text(part("user"), "email") << "> at " << server.url()
            << "\nrole: " << text(who, "role") << "\ncredential: " << text(part("credential"), "kind")
            << " \"" << text(part("credential"), "name") << "\""
            << (ends.empty() ? "" : ", expires at " + ends) << "\nscope: " << to_json(part("scope")) << "\n";
  return {};
}

Result<void> access_token(const RemoteOptions& options, cli_login::RemoteServer& server) {
  WICK_TRY(token, server.access_token());
  if (options.as_json) {
    json::object out;
    out["access_token"] = token.reveal();
    out["url"] = server.url();
    std::cout << to_json(out) << "\n";
  } else {
    std::cout << token.reveal() << "\n";
  }
  return {};
}

using Command = Result<void> (*)(const RemoteOptions&, cli_login::RemoteServer&);

int run(const RemoteOptions& options, Command command) {
  cli_login::CredentialStore store(cli_login::CredentialStore::default_folder());
  auto url = server_url(options, store);
  if (!url) return print_error(options.as_json, url.error());
  const SystemClock clock;
  cli_login::RemoteServer server(*url, store, clock, options.ca_file);
  auto done = command(options, server);
  return done ? 0 : print_error(options.as_json, done.error());
}

}  // namespace

void add_remote_commands(CLI::App& app, int& code) {
  auto options = std::make_shared<RemoteOptions>();
  const auto add = [&](const char* name, const char* meaning, Command command) {
    CLI::App* made = app.add_subcommand(name, meaning);
    made->add_option("--url", options->url, "The server's address (default: the server of the last login)")
        ->envname("WICK_URL");
    made->add_option("--ca-file", options->ca_file,
                     "A PEM file with additional certificate authorities to trust")
        ->envname("WICK_CA_FILE");
    made->add_flag("--json", options->as_json, "Print JSON");
    made->callback([options, command, &code] { code = run(*options, command); });
    return made;
  };
  CLI::App* made = add("login", "Connect this computer to a server; you approve in a browser", login);
  made->add_flag("--read-only", options->read_only, "Ask only for read-only operations");
  made->add_option("--store", options->store, "Where the connection is stored: auto, keyring or file")
      ->capture_default_str();
  add("logout", "End the connection to the server", logout);
  add("whoami", "Show the user, role and scope of the connection", whoami);
  add("access-token", "Print a valid access token, for use by another program", access_token);
}

}  // namespace wick
