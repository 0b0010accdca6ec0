// One user: who it is, what ended or can be ended, and what was called.
import { Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { userQuery } from "../../api/queries";
import { DescriptionList } from "../../components/DescriptionList";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { TabBar } from "../../components/layout/TabBar";
import { lazyComponent } from "../../components/lazyComponent";
import { StatusBadge } from "../../components/StatusBadge";
import { TagBadges } from "../../components/TagBadges";
import { Time } from "../../components/Time";
import { useBackLink } from "../../lib/backLink";
import { RunList } from "../history/RunList";
import { CredentialUsage } from "../usage/CredentialUsage";
import { UserButtons } from "./UserActions";

const UserTokens = lazyComponent(async () => (await import("../tokens/UserTokens")).UserTokens);
const UserConnections = lazyComponent(
  async () => (await import("./UserConnections")).UserConnections,
);
const UserSessions = lazyComponent(async () => (await import("./UserSessions")).UserSessions);

export function UserPage() {
  const { id = "" } = useParams();
  const user = useQuery(userQuery(id));
  return (
    <QueryView query={user} page="User">
      {(data) => <UserDetail key={data.id} user={data} />}
    </QueryView>
  );
}

function UserDetail({ user }: { user: Schema<"User"> }) {
  const navigate = useNavigate();
  const back = useBackLink({ to: "/admin/users", label: "Users" });
  return (
    <Stack gap="lg">
      <div>
        <PageHeader
          title={user.name}
          back={back}
          description={user.email}
          actions={<UserButtons user={user} onDeleted={() => void navigate("/admin/users")} />}
        />
        <Panel>
          <DescriptionList
            items={{
              Email: user.email,
              Role: user.role,
              Status: <StatusBadge status={user.status} />,
              Tags: <TagBadges tags={user.tags} />,
              "Signs in with": <WaysIn user={user} />,
              Created: <Time value={user.created_at} />,
              "Last sign-in": user.last_seen_at ? <Time value={user.last_seen_at} /> : "Never",
            }}
          />
        </Panel>
      </div>
      <TabBar
        tabs={[
          { value: "usage", label: "Usage", content: <UserUsage id={user.id} /> },
          {
            value: "tokens",
            label: `Access tokens (${user.active_tokens})`,
            content: <UserTokens user={user} />,
          },
          {
            value: "connections",
            label: "Connections",
            content: <UserConnections user={user} />,
          },
          { value: "sessions", label: "Sessions", content: <UserSessions user={user} /> },
          {
            value: "calls",
            label: "Calls",
            content: <RunList filters={{ user: user.id }} showUser={false} />,
          },
        ]}
      />
    </Stack>
  );
}

function WaysIn({ user }: { user: Schema<"User"> }) {
  return (
    <Group gap={4}>
      {user.has_password && <Badge color="gray">password</Badge>}
      {user.external && <Badge color="gray">single sign-on</Badge>}
      {user.second_factor && <Badge color="gray">second factor</Badge>}
      {!user.has_password && !user.external && "Not set up yet"}
    </Group>
  );
}

function UserUsage({ id }: { id: string }) {
  const path = { params: { path: { id } } };
  const usage = useQuery({
    queryKey: ["admin", "users", "usage", id],
    queryFn: () => unwrap(api.GET("/admin/users/{id}/usage", path)),
  });
  const identities = useQuery({
    queryKey: ["admin", "users", "identities", id],
    queryFn: () => unwrap(api.GET("/admin/users/{id}/identities", path)),
  });
  return (
    <Stack gap="lg">
      <QueryView query={usage}>{(used) => <CredentialUsage usage={used} />}</QueryView>
      <Panel
        title="Linked identities"
        description="The identities of this user at the single sign-on provider."
      >
        <QueryView query={identities}>
          {({ items }) =>
            items.length === 0 ? (
              <Text size="sm" c="dimmed">
                None.
              </Text>
            ) : (
              items.map(({ issuer, subject, created_at }) => (
                <DescriptionList
                  key={issuer + subject}
                  items={{ Issuer: issuer, Subject: subject, Linked: <Time value={created_at} /> }}
                />
              ))
            )
          }
        </QueryView>
      </Panel>
    </Stack>
  );
}
