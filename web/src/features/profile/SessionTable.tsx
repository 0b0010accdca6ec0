import { Badge, Button } from "@mantine/core";
import type { Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/table/DataTable";
import { Time } from "../../components/Time";

type Session = Schema<"SessionInfo">;

interface Props {
  sessions: Session[];
  /** Whose they are, when they are not one's own. */
  of?: string;
  isEnding: (id: string) => boolean;
  onEnd: (id: string) => void;
}

/** Browsers that are signed in. */
export function SessionTable({ sessions, of, isEnding, onEnd }: Props) {
  const columns: Column<Session>[] = [
    { label: "Browser", role: "name", cell: ({ user_agent }) => user_agent || "Unknown" },
    { label: "Address", width: 140, cell: ({ ip }) => ip },
    { label: "Signed in", width: 150, cell: ({ created_at }) => <Time value={created_at} /> },
    { label: "Last seen", width: 150, cell: ({ last_seen_at }) => <Time value={last_seen_at} /> },
    {
      label: "End",
      role: "actions",
      width: 110,
      cell: ({ id, ip, current }) =>
        current ? (
          <Badge>This one</Badge>
        ) : (
          <Button
            size="xs"
            variant="default"
            data-destructive
            aria-label={`End the session from ${ip}${of ? ` of ${of}` : ""}`}
            loading={isEnding(id)}
            onClick={() => onEnd(id)}
          >
            End
          </Button>
        ),
    },
  ];
  return <DataTable caption="Sessions" columns={columns} rows={sessions} rowKey={({ id }) => id} />;
}
