# The modules of Wick: each is a folder of src/ and one library, wick_NAME. This is the only list of them.
# A module may depend only on modules that stand before it here, and includes only headers of modules that it
# depends on; cmake/check_includes.cmake checks the second with every build.
set(WICK_MODULES
  base           # results, JSON, text, time, URLs, coroutines
  crypto         # digests, sealed secrets, passwords
  json_schema    # JSON Schema 2020-12
  jmespath       # JMESPath over JSON
  db             # SQLite, migrations, the change log
  http           # server, client, content codings
  redaction      # finds credentials in texts and requests, and cuts them out
  cli_login      # `wick login`: how the command line signs in to a server
  access         # access snapshot, tags, scopes, access decisions
  api            # the common part of the REST API: admission, request bodies, replies
  identity       # users, sessions, second factor, OpenID Connect
  audit          # runs and usage
  tokens         # credential index, personal access tokens
  oauth          # the authorization server
  connectors     # connectors, their operations, the way of a call to a kind
  testing        # fixtures; only tests use it
  notes          # the kind `notes`
  rest           # the kind `rest`
  openapi        # imports OpenAPI documents
  curl_import    # imports pasted commands
  oauth_client   # authorization at connected servers (OAuth client)
  mcp_transport  # messages to connected MCP servers: Streamable HTTP, stdio, HTTP+SSE
  mcp_client     # the kind `mcp`: sessions and requests at connected servers
  search         # ranks tools by words
  mcp            # the MCP endpoint
  management     # routes of the REST API that need several features: connectors, calls, settings
  app            # command line, settings, composition
)
