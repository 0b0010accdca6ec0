// The browsers in which a user is signed in. An admin can end each session.
import { useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { EmptyState } from "../../components/layout/EmptyState";
import { QueryView } from "../../components/layout/QueryView";
import { SessionTable } from "../profile/SessionTable";

export function UserSessions({ user }: { user: Schema<"User"> }) {
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
