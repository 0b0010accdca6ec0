// For admins, of a connector that each user uses with an own account: how many have connected, and what to register
// where the authorization server wants it done by hand.
import { Button, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Schema } from "../../api/client";
import { CodeBlock } from "../../components/CodeBlock";
import { Panel } from "../../components/layout/Panel";
import { plural } from "../../lib/format";

export function AccountsPanel({ connector }: { connector: Schema<"Connector"> }) {
  const { account, accounts_connected: users, redirect_uri: redirect } = connector;
  if (account === "none") return null;
  return (
    <Panel
      title="Accounts of users"
      description={`Each user ${account === "key" ? "enters their own key" : "connects their own account"}. Refresh uses yours.`}
      actions={
        <Button variant="default" component={Link} to={`/connectors/${connector.id}/connect`}>
          {account === "key" ? "Your key" : "Your account"}
        </Button>
      }
    >
      <Stack>
        {typeof users === "number" && (
          <Text size="sm">
            {users === 1 ? "1 user has" : `${plural(users, "user")} have`} connected.
          </Text>
        )}
        {redirect && (
          <>
            <Text size="sm" c="dimmed">
              If the authorization server does not support dynamic client registration, register
              Wick there with this redirect URI and enter the client ID below.
            </Text>
            <CodeBlock title="Redirect URI" code={redirect} />
          </>
        )}
      </Stack>
    </Panel>
  );
}
