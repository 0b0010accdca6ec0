// The names of operations, loaded where they are shown: a team may have thousands.
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";

const maxOfConnector = 1000;
const maxFound = 100;

export const operationsOf = (connector: string) =>
  queryOptions({
    queryKey: ["connectors", connector, "operations"],
    queryFn: () =>
      unwrap(api.GET("/operations", { params: { query: { connector, limit: maxOfConnector } } })),
  });

export const foundOperations = (query: string) =>
  queryOptions({
    queryKey: ["connectors", "operations", query],
    queryFn: () =>
      unwrap(api.GET("/operations", { params: { query: { query, limit: maxFound } } })),
  });

/** A tool id is `conn:{connector}/{operation}`. */
export const isOf = (toolId: string, connector: string) => toolId.startsWith(`conn:${connector}/`);
