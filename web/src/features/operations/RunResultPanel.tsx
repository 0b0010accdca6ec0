import { Alert, Button, Group, Text } from "@mantine/core";
import type { Schema } from "../../api/client";
import { CodeBlock } from "../../components/CodeBlock";
import { Panel } from "../../components/layout/Panel";
import { StatusBadge } from "../../components/StatusBadge";
import { duration } from "../../lib/format";
import { prettyJson, type JsonObject } from "../../lib/json";

/** A part of the result by its type, as the MCP specification names it. */
function titleOf({ type }: JsonObject): string {
  if (type === "text") return "Text";
  return typeof type === "string" ? type : "Content";
}

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
          title={titleOf(part)}
          code={part.type === "text" ? prettyJson(part.text) : prettyJson(part)}
        />
      ))}
      {result.structured !== undefined && result.structured !== null && (
        <CodeBlock title="Structured" code={prettyJson(result.structured)} />
      )}
    </Panel>
  );
}
