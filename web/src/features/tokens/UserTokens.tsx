// A user's active tokens, masked, each to be revoked.
import { Anchor, Code, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { LastUsed } from "../../components/LastUsed";
import { EmptyState } from "../../components/layout/EmptyState";
import { QueryView } from "../../components/layout/QueryView";
import { type Column, DataTable } from "../../components/table/DataTable";
import { TruncatedText } from "../../components/table/TruncatedText";
import { Time } from "../../components/Time";
import { useBackLinkState } from "../../lib/backLink";
import { RevokeButton } from "./RevokeButton";

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
    {
      label: "Name",
      role: "name",
      cell: ({ id, name, description }) => (
        <>
          <TruncatedText to={`/admin/access-tokens/${id}`} state={backLinkState}>
            {name}
          </TruncatedText>
          <TruncatedText size="xs" c="dimmed">
            {description}
          </TruncatedText>
        </>
      ),
    },
    { label: "Token", width: 150, cell: ({ masked }) => <Code>{masked}</Code> },
    { label: "Created", width: 150, cell: ({ created_at }) => <Time value={created_at} /> },
    { label: "Last used", width: 190, cell: ({ last_used }) => <LastUsed used={last_used} /> },
    {
      label: "Revoke",
      role: "actions",
      width: 96,
      cell: (token) => (
        <RevokeButton
          label={`Revoke ${token.name} of ${user.name}`}
          pending={revoke.isBusyWith(token)}
          onRevoke={() => revoke.mutate(token)}
        />
      ),
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
