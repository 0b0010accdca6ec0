import { Badge, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { nonEmptyPage } from "../../api/nonEmptyPage";
import { AddButton } from "../../components/AddButton";
import { SearchInput } from "../../components/form/SearchInput";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { lazyComponent } from "../../components/lazyComponent";
import { StatusBadge } from "../../components/StatusBadge";
import { CursorList } from "../../components/table/CursorList";
import { type Column, DataTable } from "../../components/table/DataTable";
import { FilterBar } from "../../components/table/FilterBar";
import { selectColumn } from "../../components/table/selectColumn";
import { TruncatedText } from "../../components/table/TruncatedText";
import { TagBadges } from "../../components/TagBadges";
import { Time } from "../../components/Time";
import { useBackLinkState } from "../../lib/backLink";
import { parseSorting, sortBy } from "../../lib/sorting";
import { useLastPage } from "../../lib/useLastPage";
import { useSelection } from "../../lib/useSelection";
import { useUrlFilters } from "../../lib/useUrlFilters";

const InviteUserDialog = lazyComponent(
  async () => (await import("./InviteUserDialog")).InviteUserDialog,
);

const UserActionMenu = lazyComponent(async () => (await import("./UserActions")).UserActionMenu);
const BulkUserActions = lazyComponent(
  async () => (await import("./BulkUserActions")).BulkUserActions,
);

const statuses = ["pending", "active", "deactivated", "deleted"] as const;
const roles = ["admin", "member", "service"] as const;
const sorts = ["email", "name", "created_at", "last_seen_at"] as const;

export function UsersPage() {
  const filters = useUrlFilters();
  const { get, set, cursor, goTo } = filters;
  const [inviting, setInviting] = useState(false);
  const query = {
    query: get("query"),
    status: statuses.find((status) => status === get("status")),
    role: roles.find((role) => role === get("role")),
    ...parseSorting(get, sorts),
  };
  const users = useQuery({
    queryKey: ["admin", "users", "list", query, cursor],
    queryFn: () =>
      nonEmptyPage(
        (cursor) => unwrap(api.GET("/admin/users", { params: { query: { ...query, cursor } } })),
        cursor,
      ),
    placeholderData: keepPreviousData,
  });
  useLastPage(users.isPlaceholderData ? undefined : users.data, filters);
  const listed = users.data?.items.filter(({ status }) => status !== "deleted") ?? [];
  const selectable = listed.map(({ id }) => id);
  const selection = useSelection(JSON.stringify([query, cursor]), selectable);
  const backLinkState = useBackLinkState("Users");

  return (
    <>
      <PageHeader
        title="Users"
        description="The people who can sign in. Their tags decide which connectors they can use."
        actions={<AddButton onClick={() => setInviting(true)}>Invite user</AddButton>}
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
          value={query.status ?? null}
          onChange={(value) => set("status", value)}
          placeholder="Any"
          clearable
        />
        <Select
          label="Role"
          data={[...roles]}
          value={query.role ?? null}
          onChange={(value) => set("role", value)}
          placeholder="Any"
          clearable
        />
      </FilterBar>
      {selection.ids.size > 0 && (
        <BulkUserActions
          selected={listed.filter(({ id }) => selection.ids.has(id))}
          onDone={selection.clear}
        />
      )}
      <QueryView query={users}>
        {(page) => (
          <CursorList page={page} noun="user" onGo={goTo}>
            {(items) => (
              <DataTable
                caption="Users"
                columns={[
                  selectColumn<Schema<"User">>({
                    selection,
                    selectable,
                    labelOf: ({ name, email }) => `Select ${name} (${email})`,
                  }),
                  ...columnsOf(backLinkState, (sort) => sortBy(filters, query, sort)),
                ]}
                rows={items}
                rowKey={({ id }) => id}
              />
            )}
          </CursorList>
        )}
      </QueryView>
      {inviting && <InviteUserDialog onClose={() => setInviting(false)} />}
    </>
  );
}

function columnsOf(
  backLinkState: unknown,
  sort: (by: (typeof sorts)[number]) => Column<unknown>["sort"],
): Column<Schema<"User">>[] {
  return [
    {
      label: "Name",
      role: "name",
      sort: sort("name"),
      cell: ({ id, name, status, external, second_factor }) => (
        <>
          {status === "deleted" ? (
            <TruncatedText fw={500}>{name}</TruncatedText>
          ) : (
            <TruncatedText to={`/admin/users/${id}`} state={backLinkState}>
              {name}
            </TruncatedText>
          )}
          {external && <Badge color="gray">single sign-on</Badge>}
          {second_factor && <Badge color="gray">second factor</Badge>}
        </>
      ),
    },
    { label: "Email", sort: sort("email"), cell: ({ email }) => email },
    { label: "Role", width: 80, cell: ({ role }) => role },
    { label: "Status", width: 112, cell: ({ status }) => <StatusBadge status={status} /> },
    { label: "Tags", cell: ({ tags }) => <TagBadges tags={tags} /> },
    { label: "Tokens", width: 74, cell: ({ active_tokens }) => active_tokens },
    {
      label: "Last sign-in",
      width: 132,
      sort: sort("last_seen_at"),
      cell: ({ last_seen_at }) => (last_seen_at ? <Time value={last_seen_at} /> : "Never"),
    },
    {
      label: "Created",
      width: 112,
      sort: sort("created_at"),
      cell: ({ created_at }) => <Time value={created_at} />,
    },
    {
      label: "Actions",
      role: "actions",
      width: 82,
      cell: (user) => user.status !== "deleted" && <UserActionMenu user={user} />,
    },
  ];
}
