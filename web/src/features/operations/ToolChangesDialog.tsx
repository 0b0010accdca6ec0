// Shows the definitions that the connected server offers next to the accepted ones, and accepts exactly those that are shown.
import { Badge, Group, Stack, Text } from "@mantine/core";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { ErrorAlert } from "../../components/ErrorAlert";
import { plural } from "../../lib/format";
import { type Difference, differences, kindOf, type ToolChange } from "./toolChanges";
import classes from "./ToolChangesDialog.module.css";

interface Props {
  connectorId: string;
  offer: Schema<"Offer">;
  onClose: () => void;
}

export function ToolChangesDialog({ connectorId, offer, onClose }: Props) {
  const accept = useAction(
    () =>
      unwrap(
        api.POST("/admin/connectors/{id}/accept", {
          params: { path: { id: connectorId } },
          body: { digest: offer.digest },
        }),
      ),
    {
      showsError: true,
      refresh: [["admin"], ["connectors"]],
      done: `${plural(offer.changes.length, "operation")} updated.`,
      onDone: onClose,
    },
  );
  return (
    <ConfirmDialog
      opened
      size="xl"
      title="Accept the server's changes?"
      confirm="Accept"
      pending={accept.isPending}
      onConfirm={() => accept.mutate()}
      onClose={onClose}
    >
      <Stack gap="lg">
        <Text size="sm">
          Models read names, descriptions and schemas. Check every change that you did not expect.
        </Text>
        {offer.changes.map((change) => (
          <Change key={change.key} change={change} />
        ))}
        <ErrorAlert error={accept.error} />
      </Stack>
    </ConfirmDialog>
  );
}

const colors = { New: "blue", Changed: "yellow", Gone: "gray" };

function Change({ change }: { change: ToolChange }) {
  const kind = kindOf(change);
  return (
    <section aria-label={`${kind}: ${change.key}`}>
      <Group gap="xs" mb="xs">
        <Badge color={colors[kind]}>{kind}</Badge>
        <Text size="sm" fw={500}>
          {change.key}
        </Text>
      </Group>
      <Stack gap="xs">
        {differences(change).map((one) => (
          <Member key={one.field} {...one} />
        ))}
      </Stack>
    </section>
  );
}

function Member({ field, accepted, offered }: Difference) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {field}
      </Text>
      {accepted !== undefined && (
        <pre className={classes.accepted} tabIndex={0} aria-label={`${field}, accepted`}>
          {accepted}
        </pre>
      )}
      {offered !== undefined && (
        <pre className={classes.offered} tabIndex={0} aria-label={`${field}, offered now`}>
          {offered}
        </pre>
      )}
    </div>
  );
}
