// The apps that one has approved.
import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { ConnectionTable } from "./ConnectionTable";

export function ConnectionsPage() {
  const connections = useQuery({
    queryKey: ["connections", "list"],
    queryFn: () => unwrap(api.GET("/connections")),
  });
  const disconnect = useAction(
    ({ id }: Schema<"Connection">) =>
      unwrap(api.DELETE("/connections/{id}", { params: { path: { id } } })),
    {
      refresh: [["connections"], ["admin"]],
      done: (_, { client }) => `${client.name} is disconnected.`,
    },
  );
  return (
    <>
      <PageHeader
        title="Connections"
        description="The apps that you allowed to act on your behalf. They sign in with OAuth instead of an access token."
      />
      <QueryView query={connections}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No connections">
              Paste this server's address into a client that supports OAuth. After you approve the
              client, it appears here. See{" "}
              <Anchor component={Link} to="/profile/mcp" inherit underline="always">
                Connect a client
              </Anchor>{" "}
              for the address.
            </EmptyState>
          ) : (
            <ConnectionTable
              connections={items}
              showUser={false}
              isEnding={disconnect.isBusyWith}
              onDisconnect={disconnect.mutate}
            />
          )
        }
      </QueryView>
    </>
  );
}
