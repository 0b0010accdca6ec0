import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { api, longRunning, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { Panel } from "../../components/layout/Panel";
import type { JsonObject } from "../../lib/json";
import { RunResultPanel } from "./RunResultPanel";
import { SchemaForm } from "./SchemaForm";
import { formFields, initialValues, parseForm } from "./schemaForm";

interface Props {
  connectorId: string;
  operation: Schema<"Operation">;
  /** The arguments of a former call to start from. */
  input: JsonObject | null;
}

interface Call {
  arguments: JsonObject;
  retry_of?: string;
}

export function OperationTest({ connectorId, operation, input }: Props) {
  const fields = formFields(operation.input_schema);
  const [values, setValues] = useState(() => initialValues(fields, input));
  const [problems, setProblems] = useState<Record<string, string>>({});
  const run = useAction(
    (call: Call) =>
      unwrap(
        api.POST("/connectors/{id}/operations/{key}/run", {
          params: { path: { id: connectorId, key: operation.key } },
          body: call,
          ...longRunning,
        }),
      ),
    { showsError: true, refresh: [["runs", "list"]] },
  );
  const submit = () => {
    const read = parseForm(fields, values);
    setProblems(read.problems);
    if (Object.keys(read.problems).length === 0) run.mutate({ arguments: read.arguments });
  };

  return (
    <Stack>
      <Panel title="Input">
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <Stack>
            <SchemaForm fields={fields} values={values} problems={problems} onChange={setValues} />
            <Group>
              <Button
                type="submit"
                color={operation.destructive ? "red" : undefined}
                loading={run.isPending}
              >
                Run
              </Button>
            </Group>
          </Stack>
        </form>
      </Panel>
      <ErrorAlert error={run.error} />
      {run.data && (
        <RunResultPanel
          result={run.data}
          onRetry={() =>
            run.mutate({ arguments: run.variables.arguments, retry_of: run.data.run_id })
          }
        />
      )}
    </Stack>
  );
}
