// Asks before what ends something of a user: whose it is, and how much of it.
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { useShowLink } from "../../components/secrets/useShowLink";
import { plural } from "../../lib/format";
import { EditUserDialog } from "./EditUserDialog";
import type { UserDialog } from "./UserActions";

interface Props {
  user: Schema<"User">;
  dialog: UserDialog;
  /** Before the user's own data are asked for again. */
  onDeleted?: () => void;
  onClose: () => void;
}

export function UserDialogs(props: Props) {
  const { user, dialog, onClose } = props;
  switch (dialog) {
    case "edit":
      return <EditUserDialog user={user} onClose={onClose} />;
    case "reset":
      return <ResetDialog {...props} />;
    case "factor":
      return <ResetFactorDialog {...props} />;
    case "deactivate":
      return <DeactivateDialog {...props} />;
    case "delete":
      return <DeleteDialog {...props} />;
    case "revoke":
      return <RevokeDialog {...props} />;
  }
}

const refresh = [["admin"]];
const pathOf = (user: Schema<"User">) => ({ params: { path: { id: user.id } } });

function ResetDialog({ user, onClose }: Props) {
  const showLink = useShowLink();
  const reset = useAction(
    () => unwrap(api.POST("/admin/users/{id}/reset-password", pathOf(user))),
    {
      refresh,
      onDone: (link) => {
        onClose();
        showLink({ link, title: `New password for ${user.name}`, email: user.email });
      },
    },
  );
  return (
    <ConfirmDialog
      opened
      title={`Reset the password of ${user.name}?`}
      confirm="Create link"
      pending={reset.isPending}
      onConfirm={() => reset.mutate()}
      onClose={onClose}
    >
      {user.name} is signed out everywhere immediately. Send {user.name} the link to choose a new
      password. Access tokens keep working.
    </ConfirmDialog>
  );
}

function ResetFactorDialog({ user, onClose }: Props) {
  const reset = useAction(
    () => unwrap(api.DELETE("/admin/users/{id}/second-factor", pathOf(user))),
    { refresh, done: `The second factor of ${user.name} was removed.`, onDone: onClose },
  );
  return (
    <ConfirmDialog
      opened
      title={`Reset the second factor of ${user.name}?`}
      confirm="Reset"
      pending={reset.isPending}
      onConfirm={() => reset.mutate()}
      onClose={onClose}
    >
      {user.name} ({user.email}) is signed out everywhere immediately and can then sign in with the
      password alone. First make sure that the request really comes from {user.name}: a person who
      stole the password would ask for the same.
    </ConfirmDialog>
  );
}

function DeactivateDialog({ user, onClose }: Props) {
  const deactivate = useAction(
    () =>
      unwrap(api.PATCH("/admin/users/{id}", { ...pathOf(user), body: { status: "deactivated" } })),
    { refresh, done: `${user.name} is deactivated.`, onDone: onClose },
  );
  return (
    <ConfirmDialog
      opened
      title={`Deactivate ${user.name}?`}
      confirm="Deactivate"
      pending={deactivate.isPending}
      onConfirm={() => deactivate.mutate()}
      onClose={onClose}
    >
      {user.email} is signed out everywhere immediately and cannot sign in. {endsFor(user)} are
      revoked permanently: reactivating the user does not restore them.
    </ConfirmDialog>
  );
}

function DeleteDialog({ user, onDeleted, onClose }: Props) {
  const remove = useAction(() => unwrap(api.DELETE("/admin/users/{id}", pathOf(user))), {
    refresh,
    done: `${user.name} is deleted.`,
    onDone: () => {
      onClose();
      onDeleted?.();
    },
  });
  return (
    <ConfirmDialog
      opened
      title={`Delete ${user.name}?`}
      confirm="Delete"
      pending={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {user.email} is signed out everywhere immediately. {endsFor(user)} are revoked. The call
      history is kept. This cannot be undone.
    </ConfirmDialog>
  );
}

function RevokeDialog({ user, onClose }: Props) {
  const { name, email, active_tokens: tokens } = user;
  const revoke = useAction(
    () => unwrap(api.POST("/admin/tokens/revoke", { body: { owner: user.id } })),
    {
      refresh: [["admin"], ["tokens"]],
      done: ({ revoked }) => `${plural(revoked, "token")} of ${name} revoked.`,
      onDone: onClose,
    },
  );
  return (
    <ConfirmDialog
      opened
      title={`Revoke all tokens of ${name}?`}
      confirm={`Revoke ${plural(tokens, "token")}`}
      pending={revoke.isPending}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      {name} ({email}) has {plural(tokens, "active token")}. Every client that uses one of them
      stops working immediately. {name} can create new tokens.
    </ConfirmDialog>
  );
}

function endsFor({ active_tokens: tokens }: Schema<"User">): string {
  return tokens === 0
    ? "All app connections"
    : `${plural(tokens, "access token")} and all app connections`;
}
