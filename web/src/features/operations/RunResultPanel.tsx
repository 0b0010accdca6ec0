import { Alert, Button, Group, Text } from "@mantine/core";
import type { Schema } from "../../api/client";
import { CodeBlock } from "../../components/CodeBlock";
import { Panel } from "../../components/layout/Panel";
import { StatusBadge } from "../../components/StatusBadge";
import { duration } from "../../lib/format";
import { prettyJson } from "../../lib/json";

interface Props {
  result: Schema<"RunResult">;
  /** Sends the same input again. */
  onRetry: () => void;
}

export function RunResultPanel({ result, onRetry }: Props) {
  return (
    <Panel
      title="Result"
      actions={
        <Button size="xs" variant="default" onClick={onRetry}>
          Retry
        </Button>
      }
    >
      <Group gap="xs" role="status">
        <StatusBadge status={result.status} />
        <Text size="sm" c="dimmed">
          {duration(result.latency_ms)}
        </Text>
      </Group>
      {result.error && <Alert color="red">{result.error}</Alert>}
      {result.content.map((part, index) => (
        <CodeBlock
          key={index}
          title={part.type === "text" ? "Text" : String(part.type ?? "Content")}
          code={part.type === "text" ? String(part.text) : prettyJson(part)}
        />
      ))}
      {result.structured !== undefined && result.structured !== null && (
        <CodeBlock title="Structured" code={prettyJson(result.structured)} />
      )}
    </Panel>
  );
}
