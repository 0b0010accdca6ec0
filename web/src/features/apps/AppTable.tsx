import { Anchor, Badge, Button, Group } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ClientBadge } from "../../components/ClientBadge";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { type Column, DataTable } from "../../components/table/DataTable";
import { TruncatedText } from "../../components/table/TruncatedText";
import { Time } from "../../components/Time";
import { plural } from "../../lib/format";
import type { AppWithSecret } from "./AppSecretBanner";
import { redirectHosts } from "./redirectHosts";

type App = Schema<"OAuthClientDetail">;

interface Props {
  apps: App[];
  onSecret: (app: AppWithSecret) => void;
  onGone: (app: App) => void;
}

export function AppTable({ apps, ...actions }: Props) {
  const columns: Column<App>[] = [
    {
      label: "App",
      role: "name",
      cell: (app) => (
        <>
          <TruncatedText fw={500}>{app.name}</TruncatedText>
          <TruncatedText size="xs" c="dimmed">
            {app.id}
          </TruncatedText>
          <Group gap={4} mt={4}>
            <AppBadges app={app} />
          </Group>
        </>
      ),
    },
    {
      label: "Redirects to",
      cell: (app) =>
        redirectHosts(app.redirect_uris).map((host) => (
          <TruncatedText key={host}>{host}</TruncatedText>
        )),
    },
    {
      label: "Registered",
      width: 150,
      cell: (app) => (
        <>
          {app.source === "builtin" ? "Built in" : <Time value={app.created_at} />}
          {app.registered_from && (
            <TruncatedText size="xs" c="dimmed">
              from {app.registered_from}
            </TruncatedText>
          )}
        </>
      ),
    },
    {
      label: "Connections",
      width: 125,
      cell: (app) =>
        app.connections === 0 ? (
          0
        ) : (
          <Anchor
            component={Link}
            to={`/admin/connections?client=${encodeURIComponent(app.id)}`}
            size="sm"
            aria-label={`${plural(app.connections, "connection")} of ${app.name}`}
          >
            {app.connections}
          </Anchor>
        ),
    },
    {
      label: "Actions",
      role: "actions",
      width: 320,
      cell: (app) => <AppActions app={app} {...actions} />,
    },
  ];
  return <DataTable caption="Apps" columns={columns} rows={apps} rowKey={({ id }) => id} />;
}

function AppBadges({ app }: { app: App }) {
  return (
    <>
      <ClientBadge client={app} />
      {app.confidential && <Badge color="gray">confidential</Badge>}
      {app.device && <Badge color="gray">device codes</Badge>}
      {app.introspects && <Badge color="gray">resource server</Badge>}
      {app.blocked && <Badge color="red">blocked</Badge>}
    </>
  );
}

interface ActionsProps extends Omit<Props, "apps"> {
  app: App;
}

function AppActions({ app, onSecret, onGone }: ActionsProps) {
  const path = { params: { path: { id: app.id } } };
  const refresh = [["admin"], ["connections"]];
  const [dialog, setDialog] = useState<"block" | "secret" | "remove" | null>(null);
  const close = () => setDialog(null);
  const setBlocked = useAction(
    (blocked: boolean) =>
      unwrap(api.PATCH("/admin/oauth-clients/{id}", { ...path, body: { blocked } })),
    {
      refresh,
      done: (_, blocked) => `${app.name} is ${blocked ? "blocked" : "no longer blocked"}.`,
      onDone: close,
    },
  );
  const replaceSecret = useAction(
    () => unwrap(api.POST("/admin/oauth-clients/{id}/secret", path)),
    {
      onDone: (replaced) => {
        close();
        onSecret(replaced);
      },
    },
  );
  const remove = useAction(() => unwrap(api.DELETE("/admin/oauth-clients/{id}", path)), {
    refresh,
    done: `${app.name} is removed.`,
    onDone: () => {
      close();
      onGone(app);
    },
  });

  return (
    <>
      <Group gap="xs" justify="flex-end">
        <Button
          size="xs"
          variant="default"
          aria-label={`${app.blocked ? "Unblock" : "Block"} ${app.name}`}
          // Never disabled: the dialog gives the focus back to it.
          onClick={() => (app.blocked ? setBlocked.mutate(false) : setDialog("block"))}
        >
          {app.blocked ? "Unblock" : "Block"}
        </Button>
        {app.confidential && (
          <Button
            size="xs"
            variant="default"
            aria-label={`New secret for ${app.name}`}
            onClick={() => setDialog("secret")}
          >
            New secret
          </Button>
        )}
        {app.source !== "builtin" && (
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={`Remove ${app.name}`}
            onClick={() => setDialog("remove")}
          >
            Remove
          </Button>
        )}
      </Group>
      <ConfirmDialog
        opened={dialog === "block"}
        title={`Block ${app.name}?`}
        confirm="Block"
        pending={setBlocked.isPending}
        onConfirm={() => setBlocked.mutate(true)}
        onClose={close}
      >
        {endsFor(app)} Nobody can connect it until you unblock it.
      </ConfirmDialog>
      <ConfirmDialog
        opened={dialog === "secret"}
        title={`Replace the secret of ${app.name}?`}
        confirm="Replace secret"
        pending={replaceSecret.isPending}
        onConfirm={() => replaceSecret.mutate()}
        onClose={close}
      >
        The old secret stops working immediately. The app works again when it has the new secret.
      </ConfirmDialog>
      <ConfirmDialog
        opened={dialog === "remove"}
        title={`Remove ${app.name}?`}
        confirm="Remove"
        pending={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={close}
      >
        {endsFor(app)}{" "}
        {app.source === "admin"
          ? "To use it again, register it again."
          : "The app can register itself again. To prevent that, block it instead."}
      </ConfirmDialog>
    </>
  );
}

function endsFor({ connections }: App): string {
  if (connections === 0) return "No connection ends.";
  return connections === 1
    ? "Its connection ends immediately."
    : `Its ${plural(connections, "connection")} end immediately.`;
}
