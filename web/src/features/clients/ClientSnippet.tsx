// Pick a client, get what to paste into it.
import { Select, Stack, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { CodeBlock } from "../../components/CodeBlock";
import { snippets } from "./snippets";

interface Props {
  url: string;
  token: string;
}

export function ClientSnippet({ url, token }: Props) {
  const [client, setClient] = useLocalStorage({ key: "wick-client", defaultValue: "Claude Code" });
  const snippet = snippets.find((candidate) => candidate.client === client) ?? snippets[0];
  if (!snippet) return null;
  return (
    <Stack gap="sm">
      <Select
        label="Client"
        data={snippets.map((candidate) => candidate.client)}
        value={snippet.client}
        onChange={(value) => value && setClient(value)}
        allowDeselect={false}
        maw={280}
      />
      <CodeBlock
        title={`${snippet.client}: ${snippet.token.where}`}
        code={snippet.token.code(url, token)}
      />
      {snippet.token.note && (
        <Text size="sm" c="dimmed">
          {snippet.token.note}
        </Text>
      )}
    </Stack>
  );
}
