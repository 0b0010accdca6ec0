// The apps that act for the people here: find the doubtful ones, end them.
import { Button, Group } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { appsQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { LazySelect } from "../../components/form/LazySelect";
import { UserSelect } from "../../components/form/UserSelect";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { FilterBar } from "../../components/table/FilterBar";
import { plural } from "../../lib/format";
import { useUrlFilters } from "../../lib/useUrlFilters";
import { ConnectionTable } from "./ConnectionTable";
import { DisconnectAll } from "./DisconnectAll";

export function AllConnectionsPage() {
  const { get, set } = useUrlFilters();
  const query = { user: get("user"), client: get("client") };
  const connections = useQuery({
    queryKey: ["admin", "connections", query],
    queryFn: () => unwrap(api.GET("/admin/connections", { params: { query } })),
    placeholderData: keepPreviousData,
  });
  const [confirming, setConfirming] = useState<"user" | "client" | null>(null);
  const refresh = [["admin"], ["connections"]];
  const disconnect = useAction(
    ({ id }: Schema<"Connection">) =>
      unwrap(api.DELETE("/admin/connections/{id}", { params: { path: { id } } })),
    { refresh, done: (_, one) => `${one.client.name} of ${one.user.name} is disconnected.` },
  );
  const disconnectAll = useAction(
    (of: "user" | "client") =>
      unwrap(api.POST("/admin/connections/revoke", { body: { [of]: query[of] } })),
    {
      refresh,
      done: ({ revoked }) => `${plural(revoked, "connection")} ended.`,
      onDone: () => setConfirming(null),
    },
  );

  return (
    <>
      <PageHeader
        title="All connections"
        description="The apps that act on behalf of users. A disconnected app stops working immediately."
      />
      <FilterBar label="Filters">
        <UserSelect
          label="User"
          value={query.user ?? null}
          onChange={(value) => set("user", value)}
        />
        <AppSelect value={query.client ?? null} onChange={(value) => set("client", value)} />
      </FilterBar>
      {(query.user || query.client) && (
        <Group gap="sm" mb="md">
          {query.user && (
            <Button color="red" variant="outline" onClick={() => setConfirming("user")}>
              Disconnect all apps of this user
            </Button>
          )}
          {query.client && (
            <Button color="red" variant="outline" onClick={() => setConfirming("client")}>
              Disconnect this app from all users
            </Button>
          )}
        </Group>
      )}
      <QueryView query={connections}>
        {({ items }) =>
          items.length > 0 ? (
            <ConnectionTable
              connections={items}
              showUser
              administration="All connections"
              isEnding={disconnect.isBusyWith}
              onDisconnect={disconnect.mutate}
            />
          ) : query.user || query.client ? (
            <EmptyState title="No connections match" />
          ) : (
            <EmptyState title="No connections">
              An app appears here after a user approves it.
            </EmptyState>
          )
        }
      </QueryView>
      {confirming && (
        <DisconnectAll
          by={confirming}
          id={query[confirming] ?? ""}
          pending={disconnectAll.isPending}
          onConfirm={() => disconnectAll.mutate(confirming)}
          onClose={() => setConfirming(null)}
        />
      )}
    </>
  );
}

interface SelectProps {
  value: string | null;
  onChange: (id: string | null) => void;
}

function AppSelect(select: SelectProps) {
  const [opened, setOpened] = useState(false);
  const apps = useQuery({ ...appsQuery, enabled: opened || select.value !== null });
  return (
    <LazySelect
      label="App"
      choices={apps.data?.items.map(({ id, name }) => ({ value: id, label: name }))}
      onOpen={() => setOpened(true)}
      {...select}
    />
  );
}
