// One call in full, and what can be done with it: open its input in the test form, or run it again.
import { Anchor, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, longRunning, unwrap, type Schema } from "../../api/client";
import { runQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { CodeBlock } from "../../components/CodeBlock";
import { DescriptionList } from "../../components/DescriptionList";
import { CardGrid } from "../../components/layout/CardGrid";
import { QueryView } from "../../components/layout/QueryView";
import { UserLink } from "../../components/UserLink";
import { useBackLinkState } from "../../lib/backLink";
import { duration } from "../../lib/format";
import { isObject, prettyJson } from "../../lib/json";
import { useMe } from "../../lib/session";
import { exactTime } from "../../lib/time";

type Run = Schema<"Run">;

export function RunDetail({ id }: { id: string }) {
  const me = useMe();
  const run = useQuery(runQuery(id));
  const backLinkState = useBackLinkState("Back");
  const isOwn = !run.data?.user || run.data.user.id === me.id;
  const [tokens, connections] = isOwn
    ? ["/profile/tokens", "/profile/connections"]
    : ["/admin/access-tokens", "/admin/connections"];
  return (
    <QueryView query={run}>
      {(data) => (
        <Stack gap="md" py="xs">
          {data.error && (
            <Text size="sm" c="red" role="note">
              {data.error}
            </Text>
          )}
          <DescriptionList
            items={{
              Started: exactTime(data.started_at),
              Client: [data.client_name, data.client_version].filter(Boolean).join(" "),
              User: !isOwn && data.user && <UserLink {...data.user} />,
              Address: data.ip,
              "User agent": data.user_agent,
              "HTTP status": data.http_status || null,
              Token: data.credential?.kind === "pat" && (
                <Anchor
                  component={Link}
                  to={`${tokens}/${data.credential.id}`}
                  state={backLinkState}
                  size="sm"
                >
                  {data.credential.name}
                </Anchor>
              ),
              Connection: data.credential?.kind === "oauth" && (
                <Anchor
                  component={Link}
                  to={`${connections}/${data.credential.id}`}
                  state={backLinkState}
                  size="sm"
                >
                  {data.credential.name}
                </Anchor>
              ),
              Trace: data.trace_id && <Code>{data.trace_id}</Code>,
              Call: (
                <Anchor component={Link} to={`/runs/${data.id}`} size="sm">
                  {data.id}
                </Anchor>
              ),
            }}
          />
          <CardGrid fill>
            <Payload title="Request" value={data.request} />
            <Payload title="Response" value={data.response} />
          </CardGrid>
          <RunActions run={data} />
        </Stack>
      )}
    </QueryView>
  );
}

function Payload({ title, value }: { title: string; value: unknown }) {
  if (value === undefined || value === null) {
    return (
      <Text size="sm" c="dimmed">
        {title}: not recorded.
      </Text>
    );
  }
  return <CodeBlock title={title} code={prettyJson(value)} />;
}

function RunActions({ run }: { run: Run }) {
  const me = useMe();
  const { connector, operation, request } = run;
  const retry = useAction(
    () =>
      unwrap(
        api.POST("/connectors/{id}/operations/{key}/run", {
          params: { path: { id: connector?.id ?? "", key: operation } },
          body: { arguments: isObject(request) ? request : {}, retry_of: run.id },
          ...longRunning,
        }),
      ),
    {
      refresh: [["runs", "list"]],
      done: (result) =>
        result.status === "ok"
          ? `The retry succeeded in ${duration(result.latency_ms)}.`
          : `The retry failed: ${result.error ?? "the operation reported an error"}`,
    },
  );
  // A payload that was cut or has expired cannot be sent again.
  if (!connector || !isObject(request)) return null;
  const test = new URLSearchParams({ tab: "test", operation, run: run.id });
  return (
    <Group gap="sm">
      <Button
        size="xs"
        variant="default"
        component={Link}
        to={`/connectors/${connector.id}?${test.toString()}`}
      >
        Open in the test form
      </Button>
      {run.user?.id === me.id && (
        <Button
          size="xs"
          variant="default"
          loading={retry.isPending}
          onClick={() => retry.mutate()}
        >
          Retry
        </Button>
      )}
    </Group>
  );
}
