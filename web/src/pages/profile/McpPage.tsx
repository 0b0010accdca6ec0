import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { instanceQuery } from "../../api/queries";
import { CodeBlock } from "../../components/CodeBlock";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { QueryView } from "../../components/QueryView";
import { snippets, tokenPlaceholder } from "../../lib/snippets";

export function McpPage() {
  const instance = useQuery(instanceQuery);
  return (
    <>
      <PageHeader
        title="Connect a client"
        description={
          <>
            Every client uses the same address and a token of its own.{" "}
            <Anchor component={Link} to="/profile/tokens" inherit underline="always">
              Create a token
            </Anchor>{" "}
            and put it where the snippet says {tokenPlaceholder}.
          </>
        }
      />
      <QueryView query={instance}>
        {({ mcp_url }) => (
          <Stack gap="lg">
            <CodeBlock title="Endpoint URL" code={mcp_url} />
            {snippets.map((snippet) => (
              <Panel key={snippet.client} title={snippet.client}>
                <CodeBlock title={snippet.where} code={snippet.code(mcp_url, tokenPlaceholder)} />
                {snippet.note && (
                  <Text size="sm" c="dimmed">
                    {snippet.note}
                  </Text>
                )}
              </Panel>
            ))}
          </Stack>
        )}
      </QueryView>
    </>
  );
}
