// One connection: which app, what it may call, what it was used for, how it ended. An admin may open anyone's.
import { Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useLocation, useParams, type Location } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ClientBadge } from "../../components/ClientBadge";
import { DescriptionList } from "../../components/DescriptionList";
import { LastUsed } from "../../components/LastUsed";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { RevocationInfo } from "../../components/RevocationInfo";
import { StatusBadge } from "../../components/StatusBadge";
import { Time } from "../../components/Time";
import { UserLink } from "../../components/UserLink";
import { useBackLink } from "../../lib/backLink";
import { describeScope } from "../../lib/scope";
import { useMe } from "../../lib/session";
import { RunList } from "../history/RunList";
import { CredentialUsage } from "../usage/CredentialUsage";

export function ConnectionPage() {
  const { id = "" } = useParams();
  const path = { params: { path: { id } } };
  const connection = useQuery({
    queryKey: ["connections", "detail", id],
    queryFn: () => unwrap(api.GET("/connections/{id}", path)),
  });
  const usage = useQuery({
    queryKey: ["connections", "usage", id],
    queryFn: () => unwrap(api.GET("/connections/{id}/usage", path)),
  });
  return (
    <QueryView query={connection} page="Connection">
      {(data) => (
        <Stack gap="lg" key={data.id}>
          <ConnectionDetail connection={data} />
          <QueryView query={usage}>{(used) => <CredentialUsage usage={used} />}</QueryView>
          <Panel title="Calls">
            <RunList filters={{ token: data.id }} showUser={false} />
          </Panel>
        </Stack>
      )}
    </QueryView>
  );
}

function ConnectionDetail({ connection }: { connection: Schema<"Connection"> }) {
  const me = useMe();
  const { client, user, ended } = connection;
  const own = user.id === me.id;
  const { pathname, state } = useLocation() as Location<unknown>;
  const isAdministration = pathname.startsWith("/admin/");
  const back = useBackLink(
    isAdministration
      ? { to: "/admin/connections", label: "All connections" }
      : { to: "/profile/connections", label: "Connections" },
  );
  const disconnect = useAction(
    () => {
      const path = { params: { path: { id: connection.id } } };
      return unwrap(
        own ? api.DELETE("/connections/{id}", path) : api.DELETE("/admin/connections/{id}", path),
      );
    },
    { refresh: [["connections"], ["admin"]], done: `${client.name} is disconnected.` },
  );

  // The pages of a user show no connection of another user.
  if (!own && !isAdministration)
    return <Navigate replace to={`/admin/connections/${connection.id}`} state={state} />;
  return (
    <div>
      <PageHeader
        title={client.name}
        back={back}
        description={own ? "Your connection" : `Connection of ${user.name}`}
        actions={
          !ended && (
            <Button
              color="red"
              variant="outline"
              aria-label={`Disconnect ${client.name}${own ? "" : ` of ${user.name}`}`}
              loading={disconnect.isPending}
              onClick={() => disconnect.mutate()}
            >
              Disconnect
            </Button>
          )
        }
      />
      <Panel>
        <DescriptionList
          items={{
            Status: <StatusBadge status={ended ? "ended" : "active"} />,
            App: (
              <Group gap="xs">
                {client.name}
                <ClientBadge client={client} />
              </Group>
            ),
            User: !own && <UserLink {...user} />,
            Scope: describeScope(connection.scope),
            Granted: <Time value={connection.created_at} />,
            "Last used": <LastUsed used={connection.last_used} />,
            Expires: !ended && <Time value={connection.expires_at} />,
            Ended: ended && <RevocationInfo ended={ended} />,
          }}
        />
      </Panel>
    </div>
  );
}
