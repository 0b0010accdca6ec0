import { Badge, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { type Column, DataTable } from "../../components/DataTable";
import { Panel } from "../../components/Panel";
import { QueryView } from "../../components/QueryView";
import { Time } from "../../components/Time";

type Session = Schema<"SessionInfo">;

export function SessionsPanel() {
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: () => unwrap(api.GET("/sessions")),
  });
  const end = useAction(
    (id: string) => unwrap(api.DELETE("/sessions/{id}", { params: { path: { id } } })),
    { refresh: [["sessions"]], done: "The session is ended." },
  );
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
            aria-label={`End the session from ${ip}`}
            loading={end.isBusyWith(id)}
            onClick={() => end.mutate(id)}
          >
            End
          </Button>
        ),
    },
  ];
  return (
    <Panel title="Sessions" description="Browsers that are signed in as you.">
      <QueryView query={sessions}>
        {({ items }) => (
          <DataTable caption="Sessions" columns={columns} rows={items} rowKey={({ id }) => id} />
        )}
      </QueryView>
    </Panel>
  );
}
