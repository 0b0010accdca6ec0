// A user's active tokens, masked, each to be revoked.
import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { EmptyState } from "../../components/layout/EmptyState";
import { QueryView } from "../../components/layout/QueryView";
import { type Column, DataTable } from "../../components/table/DataTable";
import { useBackLinkState } from "../../lib/backLink";
import {
  nameColumn,
  maskedColumn,
  createdColumn,
  lastUsedColumn,
  revokeCell,
} from "./tokenColumns";

const shown = 200; // as many as a user can have

export function UserTokens({ user }: { user: Schema<"User"> }) {
  const backLinkState = useBackLinkState(user.name);
  const tokens = useQuery({
    queryKey: ["admin", "tokens", "list", "of", user.id],
    queryFn: () =>
      unwrap(api.GET("/admin/tokens", { params: { query: { owner: user.id, limit: shown } } })),
  });
  const revoke = useAction(
    (token: Schema<"Token">) =>
      unwrap(api.DELETE("/admin/tokens/{id}", { params: { path: { id: token.id } } })),
    {
      refresh: [["admin"], ["tokens"]],
      done: (_, token) => `“${token.name}” of ${user.name} is revoked.`,
    },
  );
  const columns: Column<Schema<"Token">>[] = [
    nameColumn({ base: "/admin/access-tokens", state: backLinkState }),
    maskedColumn,
    createdColumn,
    lastUsedColumn,
    {
      label: "Revoke",
      role: "actions",
      width: 96,
      cell: revokeCell({ isRevoking: revoke.isBusyWith, onRevoke: revoke.mutate }),
    },
  ];
  return (
    <QueryView query={tokens}>
      {({ items }) => (
        <>
          {items.length > 0 ? (
            <DataTable
              caption={`Active tokens of ${user.name}`}
              columns={columns}
              rows={items}
              rowKey={({ id }) => id}
            />
          ) : (
            <EmptyState title="No active tokens" />
          )}
          <Text size="sm" mt="md">
            <Anchor
              component={Link}
              to={`/admin/access-tokens?owner=${user.id}&status=inactive`}
              inherit
            >
              Revoked and expired tokens
            </Anchor>
          </Text>
        </>
      )}
    </QueryView>
  );
}
