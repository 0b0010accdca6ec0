// What acts for a user, each to be ended: tokens, apps and browsers.
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
import { SessionTable } from "../profile/SessionTable";

export { UserTokens } from "../tokens/UserTokens";

type User = Schema<"User">;

export function UserConnections({ user }: { user: User }) {
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

export function UserSessions({ user }: { user: User }) {
  const sessions = useQuery({
    queryKey: ["admin", "users", "sessions", user.id],
    queryFn: () =>
      unwrap(api.GET("/admin/users/{id}/sessions", { params: { path: { id: user.id } } })),
  });
  const end = useAction(
    (session: string) =>
      unwrap(
        api.DELETE("/admin/users/{id}/sessions/{session}", {
          params: { path: { id: user.id, session } },
        }),
      ),
    {
      refresh: [["admin", "users", "sessions"]],
      done: `A session of ${user.name} is ended.`,
    },
  );
  return (
    <QueryView query={sessions}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title="Not signed in anywhere" />
        ) : (
          <SessionTable
            sessions={items}
            of={user.name}
            isEnding={end.isBusyWith}
            onEnd={end.mutate}
          />
        )
      }
    </QueryView>
  );
}
