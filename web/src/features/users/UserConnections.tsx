// The apps that a user has connected. An admin can disconnect each, or all.
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { EmptyState } from "../../components/layout/EmptyState";
import { QueryView } from "../../components/layout/QueryView";
import { plural } from "../../lib/format";
import { ConnectionTable } from "../apps/ConnectionTable";
import { DisconnectAll } from "../apps/DisconnectAll";

export function UserConnections({ user }: { user: Schema<"User"> }) {
  const [confirming, setConfirming] = useState(false);
  const query = { user: user.id };
  const connections = useQuery({
    queryKey: ["admin", "connections", query],
    queryFn: () => unwrap(api.GET("/admin/connections", { params: { query } })),
  });
  const refresh = [["admin"], ["connections"]];
  const disconnect = useAction(
    ({ id }: Schema<"Connection">) =>
      unwrap(api.DELETE("/admin/connections/{id}", { params: { path: { id } } })),
    { refresh, done: (_, one) => `${one.client.name} of ${user.name} is disconnected.` },
  );
  const disconnectAll = useAction(
    () => unwrap(api.POST("/admin/connections/revoke", { body: query })),
    {
      refresh,
      done: ({ revoked }) => `${plural(revoked, "connection")} ended.`,
      onDone: () => setConfirming(false),
    },
  );
  return (
    <QueryView query={connections}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title="No connections" />
        ) : (
          <>
            <Group mb="md">
              <Button color="red" variant="outline" onClick={() => setConfirming(true)}>
                Disconnect all
              </Button>
            </Group>
            <ConnectionTable
              connections={items}
              showUser={false}
              administration={user.name}
              isEnding={disconnect.isBusyWith}
              onDisconnect={disconnect.mutate}
            />
            {confirming && (
              <DisconnectAll
                by="user"
                id={user.id}
                pending={disconnectAll.isPending}
                onConfirm={() => disconnectAll.mutate()}
                onClose={() => setConfirming(false)}
              />
            )}
          </>
        )
      }
    </QueryView>
  );
}
