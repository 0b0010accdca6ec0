// Apps that were connected by consent: one's own, or everyone's for admins.
import { Anchor, Button, Group, Table } from "@mantine/core";
import { Link } from "react-router";
import type { Schema } from "../api/client";
import { ClientBadge } from "./ClientBadge";
import { Columns, DataTable } from "./DataTable";
import { LastUsed } from "./LastUsed";
import { describeScope } from "./ScopePicker";
import { Time } from "./Time";

type Connection = Schema<"Connection">;

interface Props {
  connections: Connection[];
  /** Whose connection it is is worth a column. */
  showUser: boolean;
  /** The connection that is being ended. */
  ending: string | null;
  onDisconnect: (connection: Connection) => void;
}

export function ConnectionTable({ connections, showUser, ending, onDisconnect }: Props) {
  const names = ["App", "May call", "Granted", "Last used", "Disconnect"];
  if (showUser) names.splice(1, 0, "User");
  return (
    <DataTable caption="Connections" head={<Columns names={names} />}>
      {connections.map((one) => (
        <Table.Tr key={one.id}>
          <Table.Td>
            <Group gap="xs">
              <Anchor component={Link} to={`/profile/connections/${one.id}`} size="sm" fw={500}>
                {one.client.name}
              </Anchor>
              <ClientBadge client={one.client} />
            </Group>
          </Table.Td>
          {showUser && <Table.Td>{one.user.name}</Table.Td>}
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
              loading={ending === one.id}
              aria-label={`Disconnect ${one.client.name}${showUser ? ` of ${one.user.name}` : ""}`}
              onClick={() => onDisconnect(one)}
            >
              Disconnect
            </Button>
          </Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}
