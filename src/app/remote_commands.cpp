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
                "Say which server with --url, for example --url https://wick.example.com.");
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
  std::cerr << "Open " << prompt.verification_uri << " in a browser and enter the code\n\n    "
            << prompt.user_code << "\n\nor open " << prompt.verification_uri_complete
            << "\nand compare the code. It is good for " << prompt.expires_in_seconds / 60
            << " minutes. Waiting ..." << std::endl;
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
    std::cout << "Logged in to " << server.url() << ". Kept in " << where << ".\n";
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
            << (ends.empty() ? "" : ", good until " + ends) << "\nmay call: " << to_json(part("scope"))
            << "\n";
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
    made->add_option("--url", options->url, "the server's address (default: the one logged in to last)")
        ->envname("WICK_URL");
    made->add_option("--ca-file", options->ca_file, "a PEM file with more authorities to trust")
        ->envname("WICK_CA_FILE");
    made->add_flag("--json", options->as_json, "print JSON");
    made->callback([options, command, &code] { code = run(*options, command); });
    return made;
  };
  CLI::App* made = add("login", "Connect this computer to a server, approved in a browser", login);
  made->add_flag("--read-only", options->read_only, "ask only for operations that read");
  made->add_option("--store", options->store, "where the connection is kept: auto, keyring or file")
      ->capture_default_str();
  add("logout", "End that connection", logout);
  add("whoami", "Say who this computer is at the server", whoami);
  add("access-token", "Print an access token, for a program that wants one", access_token);
}

}  // namespace wick
