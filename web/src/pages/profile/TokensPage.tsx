import { Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { tokensQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";
import { PlaintextBanner } from "../../components/PlaintextBanner";
import { QueryView } from "../../components/QueryView";
import { RotateDialog } from "../../components/RotateDialog";
import { TabBar } from "../../components/TabBar";
import { CreateTokenForm } from "./CreateTokenForm";
import { ActiveTokenTable, InactiveTokenTable } from "./TokenTables";

export function TokensPage() {
  const active = useQuery(tokensQuery("active"));
  const inactive = useQuery(tokensQuery("inactive"));
  const [creating, setCreating] = useState(false);
  const [minted, setMinted] = useState<Schema<"MintedToken"> | null>(null);
  const [rotating, setRotating] = useState<Schema<"Token"> | null>(null);
  const revoke = useAction(
    (token: Schema<"Token">) =>
      unwrap(api.DELETE("/tokens/{id}", { params: { path: { id: token.id } } })),
    {
      refresh: [["tokens"]],
      done: (_, token) => `“${token.name}” is revoked.`,
      onDone: (_, token) => setMinted((shown) => (shown?.token.id === token.id ? null : shown)),
    },
  );

  return (
    <>
      <PageHeader
        title="Access tokens"
        description="A token lets one client, on one device, call what you may call."
        actions={
          !creating && (
            <Button
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setCreating(true)}
            >
              Create token
            </Button>
          )
        }
      />
      {creating && (
        <CreateTokenForm
          onCreated={(created) => {
            setCreating(false);
            setMinted(created);
          }}
          onCancel={() => setCreating(false)}
        />
      )}
      {minted && <PlaintextBanner minted={minted} onClose={() => setMinted(null)} />}
      <TabBar
        tabs={[
          {
            value: "active",
            label: "Active",
            content: (
              <QueryView query={active}>
                {({ items }) =>
                  items.length === 0 ? (
                    <EmptyState title="No active tokens">
                      Create one and paste it into your client. See{" "}
                      <Anchor component={Link} to="/profile/mcp" inherit underline="always">
                        Connect a client
                      </Anchor>{" "}
                      for how.
                    </EmptyState>
                  ) : (
                    <ActiveTokenTable
                      tokens={items}
                      revoking={revoke.isPending ? revoke.variables.id : null}
                      onRevoke={revoke.mutate}
                      onRotate={setRotating}
                    />
                  )
                }
              </QueryView>
            ),
          },
          {
            value: "inactive",
            label: "Revoked and expired",
            content: (
              <QueryView query={inactive}>
                {({ items }) =>
                  items.length === 0 ? (
                    <EmptyState title="No revoked or expired tokens" />
                  ) : (
                    <InactiveTokenTable tokens={items} />
                  )
                }
              </QueryView>
            ),
          },
        ]}
      />
      {rotating && (
        <RotateDialog token={rotating} onRotated={setMinted} onClose={() => setRotating(null)} />
      )}
    </>
  );
}
