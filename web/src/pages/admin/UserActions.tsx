import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { useShowLink } from "../../components/secrets/useShowLink";
import { plural } from "../../lib/format";
import { useMe } from "../../lib/session";
import { lazyPart } from "../../components/lazyPart";

const EditUserDialog = lazyPart(async () => (await import("./EditUserDialog")).EditUserDialog);

export function UserActions({ user }: { user: Schema<"User"> }) {
  const me = useMe();
  const showLink = useShowLink();
  const path = { params: { path: { id: user.id } } };
  const refresh = [["admin"]];
  const [dialog, setDialog] = useState<
    "edit" | "delete" | "reset" | "factor" | "deactivate" | null
  >(null);
  const close = () => setDialog(null);
  const setStatus = useAction(
    (status: "active" | "deactivated") =>
      unwrap(api.PATCH("/admin/users/{id}", { ...path, body: { status } })),
    { refresh, done: (_, status) => `${user.name} is ${status}.`, onDone: close },
  );
  const remove = useAction(() => unwrap(api.DELETE("/admin/users/{id}", path)), {
    refresh,
    done: `${user.name} is deleted.`,
    onDone: close,
  });
  const reset = useAction(() => unwrap(api.POST("/admin/users/{id}/reset-password", path)), {
    refresh,
    onDone: (link) => {
      close();
      showLink({ link, title: `New password for ${user.name}`, email: user.email });
    },
  });
  const resetFactor = useAction(() => unwrap(api.DELETE("/admin/users/{id}/second-factor", path)), {
    refresh,
    done: `${user.name} has no second factor any more.`,
    onDone: close,
  });
  const inviteAgain = useAction(() => unwrap(api.POST("/admin/users/{id}/invite", path)), {
    refresh,
    onDone: (link) => showLink({ link, title: `Invitation for ${user.name}`, email: user.email }),
  });

  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${user.name}`}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog("edit")}>Edit role and tags</Menu.Item>
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
          {user.status === "pending" && user.external && (
            <Menu.Item onClick={() => setStatus.mutate("active")}>Approve</Menu.Item>
          )}
          {user.status === "pending" && !user.external && (
            <Menu.Item onClick={() => inviteAgain.mutate()}>New invitation link</Menu.Item>
          )}
          {user.status === "active" && user.role !== "service" && (
            <Menu.Item onClick={() => setDialog("reset")}>Password reset link</Menu.Item>
          )}
          {user.second_factor && user.id !== me.id && (
            <Menu.Item onClick={() => setDialog("factor")}>Reset second factor</Menu.Item>
          )}
          {user.status === "deactivated" && (
            <Menu.Item onClick={() => setStatus.mutate("active")}>Reactivate</Menu.Item>
          )}
          {user.id !== me.id && user.status === "active" && (
            <Menu.Item onClick={() => setDialog("deactivate")}>Deactivate</Menu.Item>
          )}
          {user.id !== me.id && (
            <Menu.Item color="red" onClick={() => setDialog("delete")}>
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {dialog === "edit" && <EditUserDialog user={user} onClose={close} />}
      <ConfirmDialog
        opened={dialog === "reset"}
        title={`Reset the password of ${user.name}?`}
        confirm="Create link"
        pending={reset.isPending}
        onConfirm={() => reset.mutate()}
        onClose={close}
      >
        {user.name} is signed out everywhere at once and chooses a new password with a link that you
        hand over. Access tokens keep working.
      </ConfirmDialog>
      <ConfirmDialog
        opened={dialog === "factor"}
        title={`Reset the second factor of ${user.name}?`}
        confirm="Reset"
        pending={resetFactor.isPending}
        onConfirm={() => resetFactor.mutate()}
        onClose={close}
      >
        {user.name} is signed out everywhere at once, and the password alone is enough to sign in
        again. Do this only for somebody whom you are sure of: who asks for it may have stolen the
        password.
      </ConfirmDialog>
      <ConfirmDialog
        opened={dialog === "deactivate"}
        title={`Deactivate ${user.name}?`}
        confirm="Deactivate"
        pending={setStatus.isPending}
        onConfirm={() => setStatus.mutate("deactivated")}
        onClose={close}
      >
        {user.email} is signed out everywhere at once and cannot sign in. {endsFor(user)} for good:
        reactivating the user does not bring them back.
      </ConfirmDialog>
      <ConfirmDialog
        opened={dialog === "delete"}
        title={`Delete ${user.name}?`}
        confirm="Delete"
        pending={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={close}
      >
        All sessions of {user.email} end at once. {endsFor(user)} too. The history of calls stays.
        This cannot be undone.
      </ConfirmDialog>
    </>
  );
}

function endsFor({ active_tokens: tokens }: Schema<"User">): string {
  const ended = tokens === 0 ? "" : `${plural(tokens, "access token")} and `;
  return `${ended}all connections of apps end`;
}
