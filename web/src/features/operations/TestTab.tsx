// Runs one operation by hand. The operation, and the call whose input to start from, are in the address bar.
import { Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import type { Schema } from "../../api/client";
import { runQuery } from "../../api/queries";
import { ErrorAlert } from "../../components/ErrorAlert";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageLoader } from "../../components/layout/PageLoader";
import { isObject } from "../../lib/json";
import { OperationTest } from "./OperationTest";

export function TestTab({ connector }: { connector: Schema<"Connector"> }) {
  const [search, setSearch] = useSearchParams();
  const runId = search.get("run") ?? "";
  const run = useQuery({ ...runQuery(runId), enabled: runId !== "" });
  const operations = connector.operations.filter((operation) => operation.enabled);
  const operation =
    operations.find((candidate) => candidate.key === search.get("operation")) ?? operations[0];

  if (!operation) return <EmptyState title="No operations are turned on" />;
  return (
    <Stack>
      <Select
        label="Operation"
        data={operations.map(({ key, name }) => ({ value: key, label: name }))}
        value={operation.key}
        onChange={(key) => key && setSearch({ tab: "test", operation: key }, { replace: true })}
        allowDeselect={false}
        maw={420}
        description={operation.description}
      />
      {run.error && <ErrorAlert error={run.error} />}
      {run.isLoading ? (
        <PageLoader />
      ) : (
        <OperationTest
          key={`${operation.key} ${runId}`}
          connectorId={connector.id}
          operation={operation}
          input={isObject(run.data?.request) ? run.data.request : null}
        />
      )}
    </Stack>
  );
}
