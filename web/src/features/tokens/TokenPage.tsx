// One token: what it is, what it was used for, how it ended. An admin may open anyone's.
import { Button, Code, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, Navigate, useLocation, useNavigate, useParams, type Location } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { tokenQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { DescriptionList } from "../../components/DescriptionList";
import { LastUsed } from "../../components/LastUsed";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { lazyComponent } from "../../components/lazyComponent";
import { RevocationInfo } from "../../components/RevocationInfo";
import { useSecrets } from "../../components/secrets/Secrets";
import { StatusBadge } from "../../components/StatusBadge";
import { Time } from "../../components/Time";
import { UserLink } from "../../components/UserLink";
import { useBackLink } from "../../lib/backLink";
import { describeScope } from "../../lib/scope";
import { useMe } from "../../lib/session";
import { CredentialUsage } from "../usage/CredentialUsage";
import { NewTokenBanner } from "./NewTokenBanner";
import { RevokeButton } from "./RevokeButton";

const RotateDialog = lazyComponent(async () => (await import("./RotateDialog")).RotateDialog);

export function TokenPage() {
  const { id = "" } = useParams();
  const path = { params: { path: { id } } };
  const token = useQuery(tokenQuery(id));
  const usage = useQuery({
    queryKey: ["tokens", "usage", id],
    queryFn: () => unwrap(api.GET("/tokens/{id}/usage", path)),
  });
  return (
    <QueryView query={token} page="Access token">
      {(data) => (
        <Stack gap="lg" key={data.id}>
          <TokenDetail token={data} />
          <QueryView query={usage}>{(used) => <CredentialUsage usage={used} />}</QueryView>
        </Stack>
      )}
    </QueryView>
  );
}

function TokenDetail({ token }: { token: Schema<"Token"> }) {
  const me = useMe();
  const navigate = useNavigate();
  const own = token.owner.id === me.id;
  const { pathname, state } = useLocation() as Location<unknown>;
  const isAdministration = pathname.startsWith("/admin/");
  const back = useBackLink(
    isAdministration
      ? { to: "/admin/access-tokens", label: "All access tokens" }
      : { to: "/profile/tokens", label: "Access tokens" },
  );
  const [rotating, setRotating] = useState(false);
  const secrets = useSecrets();
  const revoke = useAction(
    () => {
      const path = { params: { path: { id: token.id } } };
      return unwrap(
        own ? api.DELETE("/tokens/{id}", path) : api.DELETE("/admin/tokens/{id}", path),
      );
    },
    {
      refresh: [["tokens"], ["admin", "tokens"]],
      done: `“${token.name}” is revoked.`,
      onDone: () => secrets.forget(token.id),
    },
  );
  const show = (minted: Schema<"MintedToken">) => {
    secrets.show(minted.token.id, (close) => <NewTokenBanner minted={minted} onClose={close} />);
    void navigate(`/profile/tokens/${minted.token.id}`);
  };
  const history = own ? "/history" : "/admin/history";

  // The pages of a user show no token of another user.
  if (!own && !isAdministration)
    return <Navigate replace to={`/admin/access-tokens/${token.id}`} state={state} />;
  return (
    <div>
      <PageHeader
        title={token.name}
        back={back}
        description={own ? "Your access token" : `Access token of ${token.owner.name}`}
        actions={
          <>
            <Button variant="default" component={Link} to={`${history}?token=${token.id}`}>
              Calls
            </Button>
            {token.status === "active" && own && (
              <Button variant="default" onClick={() => setRotating(true)}>
                Rotate
              </Button>
            )}
            {token.status === "active" && (
              <RevokeButton
                label={own ? `Revoke ${token.name}` : `Revoke ${token.name} of ${token.owner.name}`}
                pending={revoke.isPending}
                onRevoke={() => revoke.mutate()}
              />
            )}
          </>
        }
      />
      <Panel>
        <DescriptionList
          items={{
            Status: <StatusBadge status={token.status} />,
            Token: <Code>{token.masked}</Code>,
            Description: token.description,
            UserLink: <UserLink {...token.owner} />,
            Scope: describeScope(token.scope),
            Tools: token.tools,
            Created: <Time value={token.created_at} />,
            "Last used": <LastUsed used={token.last_used} />,
            Expires: token.expires_at ? <Time value={token.expires_at} /> : "Never",
            Revoked: token.revoked && <RevocationInfo ended={token.revoked} />,
          }}
        />
      </Panel>
      {rotating && (
        <RotateDialog token={token} onRotated={show} onClose={() => setRotating(false)} />
      )}
    </div>
  );
}
