// My own account at a connected server: whether it is connected, and how to connect or disconnect it.
import { Alert, Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { accountQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { DescriptionList } from "../../components/DescriptionList";
import { ErrorAlert } from "../../components/ErrorAlert";
import { ActionForm } from "../../components/form/ActionForm";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { StatusBadge } from "../../components/StatusBadge";
import { Time } from "../../components/Time";

type Connector = Pick<Schema<"Connector">, "id" | "label" | "account">;
type Account = Schema<"ConnectorAccount">;

interface Props {
  connector: Connector;
  /** The result of the last action, at the top. */
  children?: ReactNode;
}

export function AccountPanel({ connector, children }: Props) {
  const account = useQuery(accountQuery(connector.id));
  return (
    <Panel
      title={connector.account === "key" ? "Your key" : "Your account"}
      description={
        connector.account === "key"
          ? `${connector.label} needs your own key. Calls through Wick then act as you there.`
          : `${connector.label} needs your own account. Calls through Wick then act as you there.`
      }
      actions={account.data && <StatusBadge status={badges[account.data.state]} />}
      mb="lg"
    >
      <QueryView query={account}>
        {(data) => (
          <Stack>
            {children}
            <AccountState connector={connector} account={data} />
            {connector.account === "key" ? (
              <KeyForm connector={connector} account={data} />
            ) : (
              <ConnectButtons connector={connector} account={data} />
            )}
          </Stack>
        )}
      </QueryView>
    </Panel>
  );
}

const badges: Record<Account["state"], string> = {
  none: "not connected",
  connected: "connected",
  refused: "refused",
  ended: "connect again",
  more_access: "more access needed",
};

function AccountState({ connector, account }: { connector: Connector; account: Account }) {
  if (account.state === "none") return null;
  return (
    <>
      {account.state === "refused" && (
        <Alert
          color="yellow"
          title={`${connector.label} rejected your ${account.kind === "key" ? "key" : "account"} last time`}
        >
          If this continues, {account.kind === "key" ? "enter a new key" : "connect it again"}.
        </Alert>
      )}
      {account.state === "ended" && (
        <Alert
          color="yellow"
          title={
            account.kind === "key"
              ? "Your key no longer works"
              : "Your account is no longer connected"
          }
        >
          {connector.label} no longer accepts it.{" "}
          {account.kind === "key" ? "Enter a new key." : "Connect it again."}
        </Alert>
      )}
      {account.state === "more_access" && (
        <Alert color="yellow" title="A call needs more access">
          {connector.label} asks for: {account.wanted_scope}. Connect again to allow it. The access
          that you already allowed stays.
        </Alert>
      )}
      <DescriptionList
        items={{
          Connected: account.connected_at && <Time value={account.connected_at} />,
          "Signed in at": hostOf(account.issuer),
          Access: account.scope,
        }}
      />
    </>
  );
}

function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).host : issuer;
}

const refresh = [["connectors"], ["admin", "connectors"]];

function DisconnectButton({ connector, account }: { connector: Connector; account: Account }) {
  const disconnect = useAction(
    () =>
      unwrap(api.DELETE("/connectors/{id}/account", { params: { path: { id: connector.id } } })),
    { refresh, done: `${connector.label} is disconnected.` },
  );
  if (account.state === "none") return null;
  return (
    <Button
      color="red"
      variant="outline"
      loading={disconnect.isPending}
      onClick={() => disconnect.mutate()}
    >
      {account.kind === "key" ? "Remove key" : "Disconnect"}
    </Button>
  );
}

function ConnectButtons({ connector, account }: { connector: Connector; account: Account }) {
  const connect = useAction(
    () =>
      unwrap(
        api.POST("/connectors/{id}/account/connect", {
          params: { path: { id: connector.id } },
          body: {},
        }),
      ),
    {
      showsError: true,
      onDone: ({ redirect_to }) => {
        // The server has judged it; asked again before the browser goes there.
        if (/^https?:\/\//i.test(redirect_to)) window.location.assign(redirect_to);
      },
    },
  );
  return (
    <>
      <ErrorAlert error={connect.error} />
      <Group>
        <Button
          variant={account.state === "connected" ? "default" : "filled"}
          loading={connect.isPending || connect.isSuccess}
          onClick={() => connect.mutate()}
        >
          {account.state === "none" ? "Connect your account" : "Connect again"}
        </Button>
        <DisconnectButton connector={connector} account={account} />
      </Group>
    </>
  );
}

function KeyForm({ connector, account }: { connector: Connector; account: Account }) {
  const [key, setKey] = useState("");
  const save = useAction(
    () =>
      unwrap(
        api.PUT("/connectors/{id}/account/key", {
          params: { path: { id: connector.id } },
          body: { key },
        }),
      ),
    {
      showsError: true,
      refresh,
      done: `Your key for ${connector.label} is saved.`,
      onDone: () => setKey(""),
    },
  );
  return (
    <ActionForm
      action={save}
      submit="Save"
      place="panel"
      maxWidth={480}
      more={<DisconnectButton connector={connector} account={account} />}
    >
      <PasswordInput
        label={account.state === "none" ? "Key" : "New key"}
        description="Stored encrypted and used only for you. It cannot be read back."
        required
        autoComplete="off"
        data-1p-ignore
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
    </ActionForm>
  );
}

export function AccountHint({ kind }: { kind: Connector["account"] }) {
  if (kind === "none") return null;
  return (
    <Text size="xs" c="dimmed">
      {kind === "key" ? "Needs your own key" : "Needs your own account"}
    </Text>
  );
}
