// Where a client sends its person, and where the browser comes back from the authorization server: connecting an
// account, and how it went.
import { Alert, Anchor, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import type { Schema } from "../../api/client";
import { connectorQuery } from "../../api/queries";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { useMe } from "../../lib/session";
import { AccountPanel } from "./AccountPanel";

// By the codes of the callback (upstream/connect_service.h).
const problems: Record<string, string> = {
  expired:
    "This sign-in was not started here in the last ten minutes, or it was already used. Start again.",
  denied: "You denied the request, so no account was connected.",
  issuer:
    "The response did not come from the server that you were sent to, so Wick rejected it. If this happens again, tell an admin.",
  failed:
    "The server did not complete the sign-in. Try again. If it keeps failing, ask an admin to check the server log.",
  unavailable: "Wick could not save the account. Try again in a moment.",
};

export function ConnectAccountPage() {
  const { id = "" } = useParams();
  const connector = useQuery(connectorQuery(id));
  return (
    <QueryView query={connector} page="Connector">
      {(data) => (
        <>
          <PageHeader
            title={`Connect ${data.label}`}
            description={<Text c="dimmed">{data.description}</Text>}
            actions={
              <Button variant="default" component={Link} to={`/connectors/${id}`}>
                Open connector
              </Button>
            }
          />
          {data.account === "none" ? (
            <EmptyState title="No account needed">
              This connector uses credentials that an admin has set.
            </EmptyState>
          ) : (
            <AccountPanel connector={data}>
              <Outcome connector={data} />
            </AccountPanel>
          )}
        </>
      )}
    </QueryView>
  );
}

function Outcome({ connector }: { connector: Schema<"Connector"> }) {
  const me = useMe();
  const [search] = useSearchParams();
  const error = search.get("error");
  if (error) {
    return (
      <Alert color="red" role="alert" title="Your account was not connected">
        {problems[error] ?? problems.failed}
      </Alert>
    );
  }
  if (!search.has("connected")) return null;
  return (
    <Alert color="green" role="status" title="Your account is connected">
      You can close this page, go back to your client and try again.
      {me.role === "admin" && connector.operations.length === 0 && (
        <Text size="sm" mt="xs">
          Its tools are not known yet:{" "}
          <Anchor
            component={Link}
            to={`/admin/connectors/${connector.id}`}
            inherit
            c="inherit"
            underline="always"
          >
            refresh them
          </Anchor>
          .
        </Text>
      )}
    </Alert>
  );
}

/** An answer that belongs to no connector we know of. */
export function ConnectFailedPage() {
  const [search] = useSearchParams();
  return (
    <>
      <PageHeader title="Not connected" />
      <Alert color="red" role="alert" mb="md">
        {problems[search.get("error") ?? ""] ?? problems.failed}
      </Alert>
      <Group>
        <Button component={Link} to="/">
          Go to connectors
        </Button>
      </Group>
    </>
  );
}
