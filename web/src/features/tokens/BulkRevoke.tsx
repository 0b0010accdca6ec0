// Ends several tokens at once: those that are selected, or all of one user. Says before how many, which and whose.
import { Button, Group, List } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { userQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Dialog } from "../../components/Dialog";
import { QueryView } from "../../components/layout/QueryView";
import { plural } from "../../lib/format";
import classes from "./BulkRevoke.module.css";

type Token = Schema<"Token">;

interface Props {
  selected: Token[];
  /** The user whose tokens are listed, if it is one. */
  owner: string | undefined;
  onRevoked: () => void;
}

export function BulkRevoke({ selected, owner, onRevoked }: Props) {
  // The dialog revokes exactly the tokens that it shows, even if the list changes meanwhile.
  const [confirming, setConfirming] = useState<Token[] | "owner" | null>(null);
  const close = () => setConfirming(null);
  const revoke = useAction(
    (body: { ids?: string[]; owner?: string }) =>
      unwrap(api.POST("/admin/tokens/revoke", { body })),
    {
      refresh: [["admin"], ["tokens"]],
      done: ({ revoked }) => `${plural(revoked, "token")} revoked.`,
      onDone: () => {
        onRevoked();
        close();
      },
    },
  );
  return (
    <Group gap="sm" mb="md">
      <Button
        color="red"
        variant={selected.length > 0 ? "filled" : "default"}
        disabled={selected.length === 0}
        onClick={() => setConfirming(selected)}
      >
        Revoke selected{selected.length > 0 && ` (${selected.length})`}
      </Button>
      {owner && (
        <Button color="red" variant="outline" onClick={() => setConfirming("owner")}>
          Revoke all tokens of this user
        </Button>
      )}
      {Array.isArray(confirming) && (
        <ConfirmDialog
          opened
          title={`Revoke ${plural(confirming.length, "token")} of ${ownersOf(confirming)}?`}
          confirm={`Revoke ${plural(confirming.length, "token")}`}
          pending={revoke.isPending}
          onConfirm={() => revoke.mutate({ ids: confirming.map(({ id }) => id) })}
          onClose={close}
        >
          Every client that uses one of them stops working immediately.{" "}
          {/* Scrolls by itself: the buttons stay in view below fifty names. */}
          <List size="sm" mt="sm" className={classes.tokens} tabIndex={0} aria-label="Tokens">
            {confirming.map((token) => (
              <List.Item key={token.id}>
                {token.name}, {token.owner.name} ({token.owner.email})
              </List.Item>
            ))}
          </List>
        </ConfirmDialog>
      )}
      {confirming === "owner" && owner && (
        <RevokeAllOf
          owner={owner}
          pending={revoke.isPending}
          onConfirm={() => revoke.mutate({ owner })}
          onClose={close}
        />
      )}
    </Group>
  );
}

function ownersOf(tokens: Token[]): string {
  const owners = new Map(tokens.map(({ owner }) => [owner.id, owner.name]));
  return owners.size === 1 ? [...owners.values()].join() : plural(owners.size, "user");
}

interface AllProps {
  owner: string;
  pending: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

function RevokeAllOf({ owner, ...dialog }: AllProps) {
  const user = useQuery(userQuery(owner));
  if (!user.data) {
    return (
      <Dialog title="Revoke all tokens" onClose={dialog.onClose}>
        <QueryView query={user}>{() => null}</QueryView>
      </Dialog>
    );
  }
  const { name, email, active_tokens } = user.data;
  return (
    <ConfirmDialog
      opened
      title={`Revoke all tokens of ${name}?`}
      confirm={`Revoke ${plural(active_tokens, "token")}`}
      {...dialog}
    >
      {name} ({email}) has {plural(active_tokens, "active token")}. Every client that uses one of
      them stops working immediately. {name} can create new tokens.
    </ConfirmDialog>
  );
}
