import { Anchor } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { tokensQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { AddButton } from "../../components/AddButton";
import { SearchInput } from "../../components/form/SearchInput";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { TabBar } from "../../components/layout/TabBar";
import { lazyComponent } from "../../components/lazyComponent";
import { useSecrets } from "../../components/secrets/Secrets";
import { FilterBar } from "../../components/table/FilterBar";
import { useUrlFilters } from "../../lib/useUrlFilters";
import { NewTokenBanner } from "./NewTokenBanner";
import { ActiveTokenTable, InactiveTokenTable } from "./TokenTables";

const RotateDialog = lazyComponent(async () => (await import("./RotateDialog")).RotateDialog);
const CreateTokenForm = lazyComponent(
  async () => (await import("./CreateTokenForm")).CreateTokenForm,
);

export function TokensPage() {
  const [creating, setCreating] = useState(false);
  const secrets = useSecrets();
  const [rotating, setRotating] = useState<Schema<"Token"> | null>(null);
  const revoke = useAction(
    (token: Schema<"Token">) =>
      unwrap(api.DELETE("/tokens/{id}", { params: { path: { id: token.id } } })),
    {
      refresh: [["tokens"]],
      done: (_, token) => `“${token.name}” is revoked.`,
      onDone: (_, token) => secrets.forget(token.id),
    },
  );
  const show = (minted: Schema<"MintedToken">) =>
    secrets.show(minted.token.id, (close) => <NewTokenBanner minted={minted} onClose={close} />);

  return (
    <>
      <PageHeader
        title="Access tokens"
        description="An access token lets a client use your connectors. Create one token for each client and device."
        actions={!creating && <AddButton onClick={() => setCreating(true)}>Create token</AddButton>}
      />
      {creating && (
        <CreateTokenForm
          onCreated={(created) => {
            setCreating(false);
            show(created);
          }}
          onCancel={() => setCreating(false)}
        />
      )}
      <TabBar
        tabs={[
          {
            value: "active",
            label: "Active",
            content: (
              <TokenList
                status="active"
                empty={
                  <EmptyState title="No active tokens">
                    Create a token and paste it into your client. See{" "}
                    <Anchor component={Link} to="/profile/mcp" inherit underline="always">
                      Connect a client
                    </Anchor>{" "}
                    for instructions.
                  </EmptyState>
                }
              >
                {(tokens) => (
                  <ActiveTokenTable
                    tokens={tokens}
                    isRevoking={revoke.isBusyWith}
                    onRevoke={revoke.mutate}
                    onRotate={setRotating}
                  />
                )}
              </TokenList>
            ),
          },
          {
            value: "inactive",
            label: "Revoked and expired",
            content: (
              <TokenList
                status="inactive"
                empty={<EmptyState title="No revoked or expired tokens" />}
              >
                {(tokens) => <InactiveTokenTable tokens={tokens} />}
              </TokenList>
            ),
          },
        ]}
      />
      {rotating && (
        <RotateDialog token={rotating} onRotated={show} onClose={() => setRotating(null)} />
      )}
    </>
  );
}

interface ListProps {
  status: "active" | "inactive";
  /** In place of the list while there is nothing to search in. */
  empty: ReactNode;
  children: (tokens: Schema<"Token">[]) => ReactNode;
}

function TokenList({ status, empty, children }: ListProps) {
  const { get, set } = useUrlFilters();
  const query = get("query");
  const tokens = useQuery({ ...tokensQuery(status, query), placeholderData: keepPreviousData });
  return (
    <QueryView query={tokens}>
      {({ items }) =>
        items.length === 0 && !query && !tokens.isPlaceholderData ? (
          empty
        ) : (
          <>
            <FilterBar label="Filters">
              <SearchInput
                label="Search"
                placeholder="Name or description"
                value={query ?? ""}
                onChange={(text) => set("query", text)}
              />
            </FilterBar>
            {items.length > 0 ? children(items) : <EmptyState title="No tokens match" />}
          </>
        )
      }
    </QueryView>
  );
}
