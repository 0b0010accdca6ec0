// Every user's tokens: find the doubtful ones, end them.
import { Button, Group } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { CursorPager } from "../../components/CursorPager";
import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";
import { QueryView } from "../../components/QueryView";
import { plural } from "../../lib/format";
import { useUrlFilters } from "../../lib/useUrlFilters";
import { AccessTokenFilters } from "./AccessTokenFilters";
import { AccessTokenStats } from "./AccessTokenStats";
import { AccessTokenTable } from "./AccessTokenTable";
import { readTokenQuery } from "./tokenQuery";

export function AccessTokensPage() {
  const filters = useUrlFilters();
  const query = { ...readTokenQuery(filters.get), cursor: filters.cursor };
  const tokens = useQuery({
    queryKey: ["admin", "tokens", "list", query],
    queryFn: () => unwrap(api.GET("/admin/tokens", { params: { query } })),
    placeholderData: keepPreviousData,
  });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [confirming, setConfirming] = useState(false);
  const refresh = [["admin"], ["tokens"]];

  const revoke = useAction(
    (token: Schema<"Token">) =>
      unwrap(api.DELETE("/admin/tokens/{id}", { params: { path: { id: token.id } } })),
    {
      refresh,
      done: (_, token) => `“${token.name}” of ${token.owner.name} is revoked.`,
      onDone: (_, token) =>
        setSelected((before) => new Set([...before].filter((id) => id !== token.id))),
    },
  );
  const revokeMany = useAction(
    (body: { ids?: string[]; owner?: string }) =>
      unwrap(api.POST("/admin/tokens/revoke", { body })),
    {
      refresh,
      done: ({ revoked }) => `${plural(revoked, "token")} revoked.`,
      onDone: () => {
        setSelected(new Set());
        setConfirming(false);
      },
    },
  );

  return (
    <>
      <PageHeader
        title="All access tokens"
        description="Every user's tokens. A revoked token stops working with its next call."
      />
      <AccessTokenStats filters={filters} />
      <AccessTokenFilters filters={filters} />
      <Group gap="sm" mb="md">
        <Button
          color="red"
          variant={selected.size > 0 ? "filled" : "default"}
          disabled={selected.size === 0}
          loading={revokeMany.isPending && !confirming}
          onClick={() => revokeMany.mutate({ ids: [...selected] })}
        >
          Revoke selected{selected.size > 0 && ` (${selected.size})`}
        </Button>
        {query.owner && (
          <Button color="red" variant="outline" onClick={() => setConfirming(true)}>
            Revoke all of this user
          </Button>
        )}
      </Group>
      <QueryView query={tokens}>
        {({ items, total, next_cursor, previous_cursor }) => (
          <>
            {items.length > 0 ? (
              <AccessTokenTable
                tokens={items}
                filters={filters}
                selected={selected}
                onSelect={setSelected}
                revoking={revoke.isPending ? revoke.variables.id : null}
                onRevoke={revoke.mutate}
              />
            ) : next_cursor === null ? (
              <EmptyState title="No tokens match" />
            ) : (
              <EmptyState title="No tokens match so far">
                Many have been looked through. Next goes on from there.
              </EmptyState>
            )}
            <CursorPager
              noun="token"
              total={items.length > 0 ? total : null}
              next={next_cursor}
              previous={previous_cursor}
              onGo={filters.setCursor}
            />
          </>
        )}
      </QueryView>
      <ConfirmDialog
        opened={confirming}
        title="Revoke all tokens of this user?"
        confirm="Revoke all"
        pending={revokeMany.isPending}
        onConfirm={() => revokeMany.mutate({ owner: query.owner })}
        onClose={() => setConfirming(false)}
      >
        Every client that uses one of them stops working at once. The user can create new ones.
      </ConfirmDialog>
    </>
  );
}
