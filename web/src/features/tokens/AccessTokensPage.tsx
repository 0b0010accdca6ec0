// Every user's tokens: find the doubtful ones, end them.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "../../api/client";
import { nonEmptyPage } from "../../api/nonEmptyPage";
import { useAction } from "../../api/useAction";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { CursorList } from "../../components/table/CursorList";
import { useLastPage } from "../../lib/useLastPage";
import { useSelection } from "../../lib/useSelection";
import { useUrlFilters } from "../../lib/useUrlFilters";
import { AccessTokenFilters } from "./AccessTokenFilters";
import { AccessTokenStats } from "./AccessTokenStats";
import { AccessTokenTable } from "./AccessTokenTable";
import { BulkRevoke } from "./BulkRevoke";
import { parseTokenQuery } from "./tokenQuery";

export function AccessTokensPage() {
  const filters = useUrlFilters();
  const query = parseTokenQuery(filters.get);
  const { cursor } = filters;
  const tokens = useQuery({
    queryKey: ["admin", "tokens", "list", query, cursor],
    queryFn: () =>
      nonEmptyPage(
        (cursor) => unwrap(api.GET("/admin/tokens", { params: { query: { ...query, cursor } } })),
        cursor,
      ),
    placeholderData: keepPreviousData,
  });
  useLastPage(tokens.isPlaceholderData ? undefined : tokens.data, filters);
  const active = tokens.data?.items.filter(({ status }) => status === "active") ?? [];
  const selection = useSelection(
    JSON.stringify([query, cursor]),
    active.map(({ id }) => id),
  );
  const revoke = useAction(
    (token: Schema<"Token">) =>
      unwrap(api.DELETE("/admin/tokens/{id}", { params: { path: { id: token.id } } })),
    {
      refresh: [["admin"], ["tokens"]],
      done: (_, token) => `“${token.name}” of ${token.owner.name} is revoked.`,
    },
  );

  return (
    <>
      <PageHeader
        title="All access tokens"
        description="The access tokens of all users. A revoked token stops working immediately."
      />
      <AccessTokenStats filters={filters} />
      <AccessTokenFilters filters={filters} />
      <BulkRevoke
        selected={active.filter(({ id }) => selection.ids.has(id))}
        owner={query.owner}
        onRevoked={selection.clear}
      />
      <QueryView query={tokens}>
        {(page) => (
          <CursorList page={page} noun="token" onGo={filters.goTo}>
            {(items) => (
              <AccessTokenTable
                tokens={items}
                filters={filters}
                selection={selection}
                isRevoking={revoke.isBusyWith}
                onRevoke={revoke.mutate}
              />
            )}
          </CursorList>
        )}
      </QueryView>
    </>
  );
}
