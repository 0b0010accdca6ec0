import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { instanceQuery } from "../../api/queries";
import { CodeBlock } from "../../components/CodeBlock";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { TabBar } from "../../components/layout/TabBar";
import { snippets, tokenPlaceholder } from "./snippets";

export function ConnectClientPage() {
  const instance = useQuery(instanceQuery);
  return (
    <>
      <PageHeader
        title="Connect a client"
        description="Every client uses the same address. A client signs in with OAuth or uses an access token."
      />
      <QueryView query={instance}>
        {({ mcp_url }) => (
          <Stack gap="lg">
            <CodeBlock title="Endpoint URL" code={mcp_url} />
            <TabBar
              tabs={[
                {
                  value: "sign-in",
                  label: "Sign in (OAuth)",
                  content: <SignInSnippets url={mcp_url} />,
                },
                {
                  value: "token",
                  label: "Access token",
                  content: <TokenSnippets url={mcp_url} />,
                },
              ]}
            />
          </Stack>
        )}
      </QueryView>
    </>
  );
}

function SignInSnippets({ url }: { url: string }) {
  return (
    <Stack gap="lg">
      <Text>
        Paste the address into the client. The client opens this site in your browser, where you
        approve the connection. Approved apps are listed under{" "}
        <Anchor component={Link} to="/profile/connections" inherit underline="always">
          Connections
        </Anchor>
        .
      </Text>
      {snippets.map(({ client, signIn }) => (
        <Panel key={client} title={client}>
          {signIn.length === 0 && (
            <Text size="sm">This client cannot sign in with OAuth. Use an access token.</Text>
          )}
          {signIn.map(({ where, code, note }) => (
            <Instruction key={where} client={client} where={where} code={code(url)} note={note} />
          ))}
        </Panel>
      ))}
    </Stack>
  );
}

function TokenSnippets({ url }: { url: string }) {
  return (
    <Stack gap="lg">
      <Text>
        <Anchor component={Link} to="/profile/tokens" inherit underline="always">
          Create a token
        </Anchor>{" "}
        for each client, and replace {tokenPlaceholder} with it.
      </Text>
      {snippets.map(({ client, token: { where, code, note } }) => (
        <Panel key={client} title={client}>
          <Instruction
            client={client}
            where={where}
            code={code(url, tokenPlaceholder)}
            note={note}
          />
        </Panel>
      ))}
    </Stack>
  );
}

interface InstructionProps {
  client: string;
  where: string;
  code: string;
  note?: string;
}

function Instruction({ client, where, code, note }: InstructionProps) {
  return (
    <div>
      <CodeBlock title={where} label={`${client}: ${where}`} code={code} />
      {note && (
        <Text size="sm" c="dimmed" mt="xs">
          {note}
        </Text>
      )}
    </div>
  );
}
