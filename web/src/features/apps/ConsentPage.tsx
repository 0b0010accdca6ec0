// An app, here or on another device, asks to act for the person who is signed in: who asks, where it leads, what
// it may do, yes or no.
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { DescriptionList } from "../../components/DescriptionList";
import { ErrorAlert } from "../../components/ErrorAlert";
import { CenteredLayout } from "../../components/layout/CenteredLayout";
import { QueryView } from "../../components/layout/QueryView";
import { ScopePicker } from "../../components/scope/ScopePicker";
import { scopeProblem, type Scope } from "../../lib/scope";
import { useMe } from "../../lib/session";
import classes from "./ConsentPage.module.css";

export function ConsentPage() {
  const [search] = useSearchParams();
  const id = search.get("request") ?? "";
  const request = useQuery({
    queryKey: ["oauth", "request", id],
    queryFn: () => unwrap(api.GET("/oauth/requests/{id}", { params: { path: { id } } })),
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <CenteredLayout wide title={request.data?.device ? "Connect a device" : "Connect an app"}>
      <QueryView query={request}>{(data) => <Decision id={id} request={data} />}</QueryView>
    </CenteredLayout>
  );
}

function Decision({ id, request }: { id: string; request: Schema<"AuthorizationRequest"> }) {
  const me = useMe();
  const { client, device } = request;
  const [scope, setScope] = useState<Scope>({
    connectors: request.connector ? [request.connector.id] : "all",
    operations: request.writes ? "all" : "read_only",
  });
  const where = request.connector ? "this connector" : "the connectors that you choose below";
  const problem = scopeProblem(scope);
  const decide = useAction(
    (approve: boolean) =>
      unwrap(
        api.POST("/oauth/requests/{id}", {
          params: { path: { id } },
          body: approve ? { approve, scope } : { approve },
        }),
      ),
    {
      showsError: true,
      onDone: ({ redirect_to }) => {
        // The server let only such addresses be registered; asked again before the browser goes there.
        if (!/^(javascript|data|vbscript|file|blob|about):/i.test(redirect_to))
          window.location.assign(redirect_to);
      },
    },
  );
  return (
    <Stack>
      <Text>
        <b>{client.name}</b> wants to use this server’s connectors on your behalf.
      </Text>
      {device && <DeviceCode code={device.user_code} />}
      {client.source === "registered" && (
        <Alert color="yellow" title="Unverified name">
          The app chose this name itself, and nobody has verified it. Approve only if you just
          started this connection from an app that you know.
        </Alert>
      )}
      {client.source !== "registered" && request.loopback && (
        <Alert color="yellow" title="An app on this computer">
          Any program on this computer could use this app’s name. Approve only if you just started
          this connection.
        </Alert>
      )}
      <DescriptionList
        items={{
          "Verified host": client.host,
          Connector: request.connector?.label,
          "Redirects to": !device && request.redirect,
          "Requested from": device?.ip,
          Program: device?.user_agent,
          "Requested access": request.writes ? `Read and write: ${where}` : `Read-only: ${where}`,
          Account: `${me.name} (${me.email})`,
          Duration: "Until you disconnect it, at most 180 days",
        }}
      />
      <ScopePicker
        scope={scope}
        onChange={setScope}
        readOnly={!request.writes}
        only={request.connector?.id}
      />
      <Text size="sm" c="dimmed">
        You can disconnect it at any time under Connections.
      </Text>
      {problem && (
        <Text size="sm" role="status">
          {problem}
        </Text>
      )}
      <ErrorAlert error={decide.error} />
      <Group grow>
        <Button
          variant="default"
          disabled={decide.isPending || decide.isSuccess}
          onClick={() => decide.mutate(false)}
        >
          Deny
        </Button>
        <Button
          disabled={problem !== null || decide.isPending || decide.isSuccess}
          onClick={() => decide.mutate(true)}
        >
          Approve
        </Button>
      </Group>
    </Stack>
  );
}

function DeviceCode({ code }: { code: string }) {
  return (
    <>
      <div>
        <Text size="sm" mb={4}>
          Check that your device shows the same code:
        </Text>
        <p className={classes.code} data-testid="user-code">
          {code}
        </p>
      </div>
      <Alert color="yellow" title="Is it your device?">
        Approve only if you started this yourself, on your own device. Nobody from support will ever
        send you a code.
      </Alert>
    </>
  );
}
