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
import { QueryView } from "../../components/QueryView";
import { PlaintextBanner } from "../../components/secrets/PlaintextBanner";
import { useSecrets } from "../../components/secrets/Secrets";
import { TabBar } from "../../components/TabBar";
import { ActiveTokenTable, InactiveTokenTable } from "./TokenTables";
import { lazyPart } from "../../components/lazyPart";

const RotateDialog = lazyPart(
  async () => (await import("../../components/RotateDialog")).RotateDialog,
);
const CreateTokenForm = lazyPart(async () => (await import("./CreateTokenForm")).CreateTokenForm);

export function TokensPage() {
  const active = useQuery(tokensQuery("active"));
  const inactive = useQuery(tokensQuery("inactive"));
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
    secrets.show(minted.token.id, (close) => <PlaintextBanner minted={minted} onClose={close} />);

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
                      isRevoking={revoke.isBusyWith}
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
        <RotateDialog token={rotating} onRotated={show} onClose={() => setRotating(null)} />
      )}
    </>
  );
}
