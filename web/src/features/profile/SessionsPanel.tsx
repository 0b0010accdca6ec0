import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { SessionTable } from "./SessionTable";

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
          <SessionTable sessions={items} isEnding={end.isBusyWith} onEnd={end.mutate} />
        )}
      </QueryView>
    </Panel>
  );
}
