// Asks before all connections of one user, or of one app, are ended: how many there are, and whose.
import { useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "../../api/client";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Dialog } from "../../components/Dialog";
import { QueryView } from "../../components/layout/QueryView";
import { plural } from "../../lib/format";

interface Props {
  by: "user" | "client";
  id: string;
  pending: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

export function DisconnectAll({ by, id, pending, onConfirm, onClose }: Props) {
  const query = { [by]: id };
  const connections = useQuery({
    queryKey: ["admin", "connections", query],
    queryFn: () => unwrap(api.GET("/admin/connections", { params: { query } })),
  });
  const items = connections.data?.items;
  if (!items) {
    return (
      <Dialog title="Disconnect all" onClose={onClose}>
        <QueryView query={connections}>{() => null}</QueryView>
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      opened
      title={titleOf(by, items[0])}
      confirm="Disconnect all"
      pending={pending}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {consequence(by, items)}
    </ConfirmDialog>
  );
}

function titleOf(by: "user" | "client", one: Schema<"Connection"> | undefined): string {
  return by === "user"
    ? `Disconnect all apps of ${one?.user.name ?? "this user"}?`
    : `Disconnect ${one?.client.name ?? "this app"} from all users?`;
}

function consequence(by: "user" | "client", connections: Schema<"Connection">[]): string {
  const [one] = connections;
  if (!one) return "There is no connection to end.";
  const number = plural(connections.length, "connection");
  return by === "user"
    ? `${number} of ${one.user.email} will end. Each app stops working immediately. The user can approve it again.`
    : `${number} will end, of ${namesOf(connections)}. The app stops working immediately for all of these users. They can approve it again, unless you block it under Apps.`;
}

const maxNames = 5;

function namesOf(connections: Schema<"Connection">[]): string {
  const users = [...new Map(connections.map(({ user }) => [user.id, user.name])).values()];
  const more = users.length - maxNames;
  return users.slice(0, maxNames).join(", ") + (more > 0 ? ` and ${plural(more, "other")}` : "");
}
