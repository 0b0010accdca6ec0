import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ConfirmDialog } from "../../components/ConfirmDialog";

type Named = Pick<Schema<"ConnectorSummary">, "id" | "label">;

interface Props {
  connector: Named | null;
  onDeleted?: () => void;
  onClose: () => void;
}

export function DeleteConnectorDialog({ connector, onDeleted, onClose }: Props) {
  const remove = useAction(
    ({ id }: Named) => unwrap(api.DELETE("/admin/connectors/{id}", { params: { path: { id } } })),
    {
      refresh: [["admin"], ["connectors"]],
      done: (_, { label }) => `${label} is deleted.`,
      onDone: () => {
        onClose();
        onDeleted?.();
      },
    },
  );
  return (
    <ConfirmDialog
      opened={connector !== null}
      title={`Delete ${connector?.label ?? ""}?`}
      confirm="Delete"
      pending={remove.isPending}
      onConfirm={() => connector && remove.mutate(connector)}
      onClose={onClose}
    >
      Its credentials and operations are deleted immediately, for all users. The call history is
      kept. This cannot be undone.
    </ConfirmDialog>
  );
}
