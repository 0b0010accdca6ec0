import { Badge, Button, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Columns, DataTable } from "../../components/DataTable";
import { Panel } from "../../components/Panel";
import { QueryView } from "../../components/QueryView";
import { Time } from "../../components/Time";

export function SessionsPanel() {
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: () => unwrap(api.GET("/sessions")),
  });
  const end = useAction(
    (id: string) => unwrap(api.DELETE("/sessions/{id}", { params: { path: { id } } })),
    { refresh: [["sessions"]], done: "The session is ended." },
  );
  return (
    <Panel title="Sessions" description="Browsers that are signed in as you.">
      <QueryView query={sessions}>
        {({ items }) => (
          <DataTable
            caption="Sessions"
            head={<Columns names={["Browser", "Address", "Signed in", "Last seen", "End"]} />}
          >
            {items.map((session) => (
              <Table.Tr key={session.id}>
                <Table.Td maw={320}>
                  <Text size="sm" lineClamp={2} title={session.user_agent}>
                    {session.user_agent || "Unknown"}
                  </Text>
                </Table.Td>
                <Table.Td>{session.ip}</Table.Td>
                <Table.Td>
                  <Time value={session.created_at} />
                </Table.Td>
                <Table.Td>
                  <Time value={session.last_seen_at} />
                </Table.Td>
                <Table.Td>
                  {session.current ? (
                    <Badge>This one</Badge>
                  ) : (
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`End the session from ${session.ip}`}
                      loading={end.isPending && end.variables === session.id}
                      onClick={() => end.mutate(session.id)}
                    >
                      End
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )}
      </QueryView>
    </Panel>
  );
}
