// The actions of an admin on a user: a menu in the list, buttons on the user's page. An action that ends something asks first.
import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { lazyComponent } from "../../components/lazyComponent";
import { useShowLink } from "../../components/secrets/useShowLink";
import { useMe } from "../../lib/session";
import type { UserDialogs as Dialogs } from "./UserDialogs";

const UserDialogs = lazyComponent<React.ComponentProps<typeof Dialogs>>(
  async () => (await import("./UserDialogs")).UserDialogs,
);

type User = Schema<"User">;
export type UserDialog = "edit" | "delete" | "reset" | "factor" | "deactivate" | "revoke";

interface Action {
  label: string;
  run: () => void;
  isDangerous?: boolean;
}

function useUserActions(user: User, onDeleted?: () => void): [Action[], ReactNode] {
  const me = useMe();
  const showLink = useShowLink();
  const path = { params: { path: { id: user.id } } };
  const [dialog, setDialog] = useState<UserDialog | null>(null);
  const activate = useAction(
    () => unwrap(api.PATCH("/admin/users/{id}", { ...path, body: { status: "active" } })),
    { refresh: [["admin"]], done: `${user.name} is active.` },
  );
  const inviteAgain = useAction(() => unwrap(api.POST("/admin/users/{id}/invite", path)), {
    refresh: [["admin"]],
    onDone: (link) => showLink({ link, title: `Invitation for ${user.name}`, email: user.email }),
  });
  const { status, role, external } = user;
  const other = user.id !== me.id;
  const ask = (which: UserDialog) => () => setDialog(which);
  const actions: (Action | false)[] = [
    { label: "Edit role and tags", run: ask("edit") },
    status === "pending" && external && { label: "Approve", run: () => activate.mutate() },
    status === "pending" &&
      !external && { label: "New invitation link", run: () => inviteAgain.mutate() },
    status === "active" &&
      role !== "service" && { label: "Password reset link", run: ask("reset") },
    user.second_factor && other && { label: "Reset second factor", run: ask("factor") },
    status === "deactivated" && { label: "Reactivate", run: () => activate.mutate() },
    user.active_tokens > 0 && { label: "Revoke all tokens", run: ask("revoke") },
    other && status === "active" && { label: "Deactivate", run: ask("deactivate") },
    other && { label: "Delete", run: ask("delete"), isDangerous: true },
  ];
  return [
    actions.filter((action) => action !== false),
    dialog && (
      <UserDialogs
        user={user}
        dialog={dialog}
        onDeleted={onDeleted}
        onClose={() => setDialog(null)}
      />
    ),
  ];
}

export function UserActionMenu({ user }: { user: User }) {
  const [actions, dialogs] = useUserActions(user);
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${user.name}`}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to={`/admin/access-tokens?owner=${user.id}`}>
            Access tokens
          </Menu.Item>
          <Menu.Item component={Link} to={`/admin/connections?user=${user.id}`}>
            Connections
          </Menu.Item>
          <Menu.Item component={Link} to={`/admin/history?user=${user.id}`}>
            Calls
          </Menu.Item>
          <Menu.Divider />
          {actions.map(({ label, run, isDangerous }) => (
            <Menu.Item key={label} color={isDangerous ? "red" : undefined} onClick={run}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {dialogs}
    </>
  );
}

export function UserButtons({ user, onDeleted }: { user: User; onDeleted: () => void }) {
  const [actions, dialogs] = useUserActions(user, onDeleted);
  return (
    <>
      {actions.map(({ label, run, isDangerous }) => (
        <Button
          key={label}
          size="sm"
          variant={isDangerous ? "outline" : "default"}
          color={isDangerous ? "red" : undefined}
          onClick={run}
        >
          {label}
        </Button>
      ))}
      {dialogs}
    </>
  );
}
