// Adds or changes one rest operation: what models see of it, and the HTTP request that it becomes.
import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ErrorAlert } from "../../components/ErrorAlert";
import { operationForm, readOperation } from "../../lib/operationForm";
import { OperationFields } from "./OperationFields";

interface Props {
  connectorId: string;
  /** Null makes a new one. */
  operation: Schema<"Operation"> | null;
  onClose: () => void;
}

export function OperationDialog({ connectorId, operation, onClose }: Props) {
  const [form, setForm] = useState(() => operationForm(operation));
  const save = useAction(
    async () => {
      const body = readOperation(form, operation?.enabled ?? true);
      const path = { id: connectorId };
      return unwrap(
        operation
          ? api.PUT("/admin/connectors/{id}/operations/{key}", {
              params: { path: { ...path, key: operation.key } },
              body,
            })
          : api.POST("/admin/connectors/{id}/operations", { params: { path }, body }),
      );
    },
    {
      showsError: true,
      refresh: [["admin"], ["connectors"]],
      done: `${form.name} is saved.`,
      onDone: onClose,
    },
  );
  return (
    <Dialog
      onClose={onClose}
      title={operation ? `Edit ${operation.name}` : "Add operation"}
      size="xl"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <OperationFields form={form} onChange={setForm} keyFixed={operation !== null} />
          <ErrorAlert error={save.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
