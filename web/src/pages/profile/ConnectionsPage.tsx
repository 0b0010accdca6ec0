// Apps that were connected by consent: one's own, or everyone's for admins.
import { Badge, Button, Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Columns, DataTable } from "../../components/DataTable";
import { EmptyState } from "../../components/EmptyState";
import { LastUsed } from "../../components/LastUsed";
import { PageHeader } from "../../components/PageHeader";
import { QueryView } from "../../components/QueryView";
import { describeScope } from "../../components/ScopePicker";
import { Time } from "../../components/Time";

export function ConnectionsPage() {
  const connections = useQuery({
    queryKey: ["connections"],
    queryFn: () => unwrap(api.GET("/connections")),
  });
  const disconnect = useAction(
    (id: string) => unwrap(api.DELETE("/connections/{id}", { params: { path: { id } } })),
    { refresh: [["connections"]], done: "The app is disconnected." },
  );
  return (
    <>
      <PageHeader
        title="Connections"
        description="Apps you let act for you. Paste the server’s address into a client that supports sign-in."
      />
      <QueryView query={connections}>
        {({ items }) => (
          <Connections
            items={items}
            onDisconnect={disconnect.mutate}
            pending={disconnect.isPending}
          />
        )}
      </QueryView>
    </>
  );
}

export function AllConnectionsPage() {
  const connections = useQuery({
    queryKey: ["admin", "connections"],
    queryFn: () => unwrap(api.GET("/admin/connections")),
  });
  const disconnect = useAction(
    (id: string) => unwrap(api.DELETE("/admin/connections/{id}", { params: { path: { id } } })),
    { refresh: [["admin", "connections"], ["connections"]], done: "The app is disconnected." },
  );
  return (
    <>
      <PageHeader title="All connections" description="Apps that act for the people here." />
      <QueryView query={connections}>
        {({ items }) => (
          <Connections
            items={items}
            onDisconnect={disconnect.mutate}
            pending={disconnect.isPending}
            withUser
          />
        )}
      </QueryView>
    </>
  );
}

interface Props {
  items: Schema<"Connection">[];
  onDisconnect: (id: string) => void;
  pending: boolean;
  withUser?: boolean;
}

function Connections({ items, onDisconnect, pending, withUser = false }: Props) {
  if (items.length === 0) {
    return (
      <EmptyState title="No connections">Apps appear here once someone approves them.</EmptyState>
    );
  }
  const names = [
    "App",
    ...(withUser ? ["User"] : []),
    "May call",
    "Granted",
    "Last used",
    "Disconnect",
  ];
  return (
    <DataTable caption="Connections" head={<Columns names={names} />}>
      {items.map((one) => (
        <Table.Tr key={one.id}>
          <Table.Td>
            <Group gap="xs">
              <Text size="sm" fw={600}>
                {one.client.name}
              </Text>
              {one.client.host ? (
                <Badge variant="light">{one.client.host}</Badge>
              ) : (
                one.client.source === "registered" && <Badge color="yellow">unverified</Badge>
              )}
            </Group>
          </Table.Td>
          {withUser && <Table.Td>{one.user.name}</Table.Td>}
          <Table.Td>{describeScope(one.scope)}</Table.Td>
          <Table.Td>
            <Time value={one.created_at} />
          </Table.Td>
          <Table.Td>
            <LastUsed used={one.last_used} />
          </Table.Td>
          <Table.Td>
            <Button
              size="xs"
              variant="default"
              disabled={pending}
              aria-label={`Disconnect ${one.client.name}${withUser ? ` of ${one.user.name}` : ""}`}
              onClick={() => onDisconnect(one.id)}
            >
              Disconnect
            </Button>
          </Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}
