import { Badge, Button, Group, Select, Table, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { CursorPager } from "../../components/CursorPager";
import { Columns, DataTable } from "../../components/DataTable";
import { EmptyState } from "../../components/EmptyState";
import { FilterBar } from "../../components/FilterBar";
import { OneTimeLink, type LinkFor } from "../../components/OneTimeLink";
import { PageHeader } from "../../components/PageHeader";
import { QueryView } from "../../components/QueryView";
import { SearchInput } from "../../components/SearchInput";
import { StatusBadge } from "../../components/StatusBadge";
import { TagBadges } from "../../components/TagBadges";
import { Time } from "../../components/Time";
import { useUrlFilters } from "../../lib/useUrlFilters";
import { InviteUserDialog } from "./InviteUserDialog";
import { UserActions } from "./UserActions";

const statuses = ["pending", "active", "deactivated", "deleted"] as const;
const roles = ["admin", "member", "service"] as const;

export function UsersPage() {
  const { get, set, cursor, setCursor } = useUrlFilters();
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<LinkFor | null>(null);
  const query = {
    query: get("query"),
    status: statuses.find((status) => status === get("status")),
    role: roles.find((role) => role === get("role")),
    cursor,
  };
  const users = useQuery({
    queryKey: ["admin", "users", "list", query],
    queryFn: () => unwrap(api.GET("/admin/users", { params: { query } })),
    placeholderData: keepPreviousData,
  });

  return (
    <>
      <PageHeader
        title="Users"
        description="Who may sign in, and by their tags what they may use."
        actions={
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setInviting(true)}
          >
            Invite user
          </Button>
        }
      />
      <FilterBar label="Filters">
        <SearchInput
          label="Search"
          placeholder="Name or email"
          value={get("query") ?? ""}
          onChange={(value) => set("query", value)}
        />
        <Select
          label="Status"
          data={[...statuses]}
          value={get("status") ?? null}
          onChange={(value) => set("status", value)}
          placeholder="Any"
          clearable
        />
        <Select
          label="Role"
          data={[...roles]}
          value={get("role") ?? null}
          onChange={(value) => set("role", value)}
          placeholder="Any"
          clearable
        />
      </FilterBar>
      <QueryView query={users}>
        {({ items, total, next_cursor, previous_cursor }) => (
          <>
            {items.length > 0 ? (
              <UserTable users={items} onLink={setLink} />
            ) : next_cursor === null ? (
              <EmptyState title="No users match" />
            ) : (
              <EmptyState title="No users match so far">
                Many have been looked through. Next goes on from there.
              </EmptyState>
            )}
            <CursorPager
              noun="user"
              total={items.length > 0 ? total : null}
              next={next_cursor}
              previous={previous_cursor}
              onGo={setCursor}
            />
          </>
        )}
      </QueryView>
      {inviting && <InviteUserDialog onLink={setLink} onClose={() => setInviting(false)} />}
      <OneTimeLink shown={link} onClose={() => setLink(null)} />
    </>
  );
}

interface TableProps {
  users: Schema<"User">[];
  onLink: (link: LinkFor) => void;
}

function UserTable({ users, onLink }: TableProps) {
  return (
    <DataTable
      caption="Users"
      head={
        <Columns
          names={["User", "Role", "Status", "Tags", "Tokens", "Last seen", "Created", "Actions"]}
        />
      }
      minWidth={900}
    >
      {users.map((user) => (
        <Table.Tr key={user.id}>
          <Table.Td>
            <Group gap="xs">
              <Text size="sm" fw={500}>
                {user.name}
              </Text>
              {user.external && <Badge color="gray">single sign-on</Badge>}
            </Group>
            <Text size="xs" c="dimmed">
              {user.email}
            </Text>
          </Table.Td>
          <Table.Td>{user.role}</Table.Td>
          <Table.Td>
            <StatusBadge status={user.status} />
          </Table.Td>
          <Table.Td>
            <TagBadges tags={user.tags} />
          </Table.Td>
          <Table.Td>{user.active_tokens}</Table.Td>
          <Table.Td>{user.last_seen_at ? <Time value={user.last_seen_at} /> : "Never"}</Table.Td>
          <Table.Td>
            <Time value={user.created_at} />
          </Table.Td>
          <Table.Td>
            {user.status !== "deleted" && <UserActions user={user} onLink={onLink} />}
          </Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}
