// Queries that several pages share, each under one key. What only one page asks is in that page.
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";

export const instanceQuery = queryOptions({
  queryKey: ["instance"],
  queryFn: () => unwrap(api.GET("/instance")),
  staleTime: Infinity,
});

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => unwrap(api.GET("/session")),
});

export const connectorsQuery = queryOptions({
  queryKey: ["connectors"],
  queryFn: () => unwrap(api.GET("/connectors")),
});

export const connectorQuery = (id: string) =>
  queryOptions({
    queryKey: ["connectors", id],
    queryFn: () => unwrap(api.GET("/connectors/{id}", { params: { path: { id } } })),
  });

export const accountQuery = (connector: string) =>
  queryOptions({
    queryKey: ["connectors", connector, "account"],
    queryFn: () =>
      unwrap(api.GET("/connectors/{id}/account", { params: { path: { id: connector } } })),
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "detail", id],
    queryFn: () => unwrap(api.GET("/runs/{id}", { params: { path: { id } } })),
    staleTime: Infinity,
  });

export const tokensQuery = (status: "active" | "inactive" | "all", query?: string) =>
  queryOptions({
    queryKey: ["tokens", status, query],
    queryFn: () => unwrap(api.GET("/tokens", { params: { query: { status, query } } })),
  });

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ["admin", "users", "one", id],
    queryFn: () => unwrap(api.GET("/admin/users/{id}", { params: { path: { id } } })),
  });

export const tokenQuery = (id: string) =>
  queryOptions({
    queryKey: ["tokens", "detail", id],
    queryFn: () => unwrap(api.GET("/tokens/{id}", { params: { path: { id } } })),
  });

export const tagsQuery = queryOptions({
  queryKey: ["admin", "tags"],
  queryFn: () => unwrap(api.GET("/admin/tags")),
});

export const adminConnectorsQuery = queryOptions({
  queryKey: ["admin", "connectors"],
  queryFn: () => unwrap(api.GET("/admin/connectors")),
});

export const adminConnectorQuery = (id: string) =>
  queryOptions({
    queryKey: ["admin", "connectors", id],
    queryFn: () => unwrap(api.GET("/admin/connectors/{id}", { params: { path: { id } } })),
  });

export const connectorKindsQuery = queryOptions({
  queryKey: ["admin", "connector-kinds"],
  queryFn: () => unwrap(api.GET("/admin/connector-kinds")),
  staleTime: Infinity,
});

export const appsQuery = queryOptions({
  queryKey: ["admin", "oauth-clients"],
  queryFn: () => unwrap(api.GET("/admin/oauth-clients")),
});
