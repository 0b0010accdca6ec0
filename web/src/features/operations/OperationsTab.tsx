import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Schema } from "../../api/client";
import { CodeBlock } from "../../components/CodeBlock";
import { EmptyState } from "../../components/layout/EmptyState";
import { Panel } from "../../components/layout/Panel";
import { prettyJson } from "../../lib/json";
import { OperationHints } from "./OperationHints";
import classes from "./OperationsTab.module.css";

export function OperationsTab({ connector }: { connector: Schema<"Connector"> }) {
  const operations = connector.operations.filter((operation) => operation.enabled);
  if (operations.length === 0) return <EmptyState title="No operations are turned on" />;
  return (
    <Stack>
      {operations.map((operation) => (
        <Panel
          key={operation.key}
          title={operation.name}
          description={operation.description}
          actions={
            <Button
              variant="default"
              size="xs"
              component={Link}
              to={`?${new URLSearchParams({ tab: "test", operation: operation.key }).toString()}`}
              aria-label={`Test ${operation.name}`}
            >
              Test
            </Button>
          }
        >
          <Group gap="xs">
            <OperationHints operation={operation} />
            <Text size="sm" c="dimmed">
              Tool
            </Text>
            <Code>{operation.tool_name}</Code>
          </Group>
          <details className={classes.schema}>
            <summary>Input schema</summary>
            <CodeBlock
              title={`Input of ${operation.name}`}
              code={prettyJson(operation.input_schema)}
            />
          </details>
        </Panel>
      ))}
    </Stack>
  );
}
