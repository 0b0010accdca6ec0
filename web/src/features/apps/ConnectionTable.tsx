// Apps that were connected by consent: one's own, or everyone's for admins.
import { Button } from "@mantine/core";
import type { Schema } from "../../api/client";
import { ClientBadge } from "../../components/ClientBadge";
import { LastUsed } from "../../components/LastUsed";
import { type Column, DataTable } from "../../components/table/DataTable";
import { TruncatedText } from "../../components/table/TruncatedText";
import { Time } from "../../components/Time";
import { UserCell } from "../../components/UserCell";
import { useBackLinkState } from "../../lib/backLink";
import { describeScope } from "../../lib/scope";

type Connection = Schema<"Connection">;

interface Props {
  connections: Connection[];
  /** Whose connection it is is worth a column. */
  showUser: boolean;
  /** Whether the links stay in the administration, and what leads back from there. */
  administration?: string;
  isEnding: (connection: Connection) => boolean;
  onDisconnect: (connection: Connection) => void;
}

export function ConnectionTable(props: Props) {
  const { connections, showUser, administration, isEnding, onDisconnect } = props;
  const backLinkState = useBackLinkState(administration ?? "Connections");
  const base = administration ? "/admin" : "/profile";
  const columns: Column<Connection>[] = [
    {
      label: "App",
      role: "name",
      cell: ({ id, client }) => (
        <>
          <TruncatedText to={`${base}/connections/${id}`} state={backLinkState}>
            {client.name}
          </TruncatedText>
          <ClientBadge client={client} />
        </>
      ),
    },
    { label: "User", cell: ({ user }) => <UserCell {...user} /> },
    { label: "Scope", cell: ({ scope }) => describeScope(scope) },
    { label: "Granted", width: 150, cell: ({ created_at }) => <Time value={created_at} /> },
    { label: "Last used", width: 170, cell: ({ last_used }) => <LastUsed used={last_used} /> },
    {
      label: "Disconnect",
      role: "actions",
      width: 130,
      cell: (one) => (
        <Button
          size="xs"
          variant="default"
          data-destructive
          loading={isEnding(one)}
          aria-label={`Disconnect ${one.client.name}${administration ? ` of ${one.user.name}` : ""}`}
          onClick={() => onDisconnect(one)}
        >
          Disconnect
        </Button>
      ),
    },
  ];
  return (
    <DataTable
      caption="Connections"
      columns={columns.filter(({ label }) => showUser || label !== "User")}
      rows={connections}
      rowKey={({ id }) => id}
    />
  );
}
