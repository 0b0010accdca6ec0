import { Checkbox, Code, Text } from "@mantine/core";
import type { Schema } from "../../api/client";
import { Cut } from "../../components/Cut";
import { type Column, DataTable } from "../../components/DataTable";
import { Person } from "../../components/Person";
import { RevokeButton } from "../../components/RevokeButton";
import { StatusBadge } from "../../components/StatusBadge";
import { Time } from "../../components/Time";
import type { Selection } from "../../lib/useSelection";
import { sortBy, type UrlFilters } from "./tokenQuery";

type Token = Schema<"Token">;

interface Props {
  tokens: Token[];
  filters: UrlFilters;
  selection: Selection;
  isRevoking: (token: Token) => boolean;
  onRevoke: (token: Token) => void;
}

export function AccessTokenTable({ tokens, filters, selection, isRevoking, onRevoke }: Props) {
  const selectable = tokens.filter((token) => token.status === "active").map(({ id }) => id);
  const all = selection.ids.size > 0 && selection.ids.size === selectable.length;
  const columns: Column<Token>[] = [
    {
      label: "Select",
      role: "select",
      width: 40,
      head: (
        <Checkbox
          aria-label="Select all on this page"
          checked={all}
          indeterminate={selection.ids.size > 0 && !all}
          disabled={selectable.length === 0}
          onChange={() => selection.set(selectable, !all)}
        />
      ),
      cell: ({ id, name, owner, status }) =>
        status === "active" && (
          <Checkbox
            aria-label={`Select ${name} of ${owner.name}`}
            checked={selection.ids.has(id)}
            onChange={(event) => selection.set([id], event.currentTarget.checked)}
          />
        ),
    },
    {
      label: "Owner",
      sort: sortBy(filters, "owner"),
      cell: ({ owner }) => <Person {...owner} />,
    },
    {
      label: "Name",
      role: "name",
      sort: sortBy(filters, "name"),
      cell: ({ id, name }) => <Cut to={`/admin/access-tokens/${id}`}>{name}</Cut>,
    },
    { label: "Token", width: 136, cell: ({ masked }) => <Code>{masked}</Code> },
    {
      label: "Created",
      width: 120,
      sort: sortBy(filters, "created_at"),
      cell: ({ created_at }) => <Time value={created_at} />,
    },
    {
      label: "Last used",
      width: 120,
      sort: sortBy(filters, "last_used_at"),
      cell: ({ last_used }) =>
        last_used ? (
          <Time value={last_used.at} />
        ) : (
          <Text size="sm" c="dimmed">
            Never
          </Text>
        ),
    },
    {
      label: "From",
      width: 130,
      cell: ({ last_used }) =>
        last_used && (
          <>
            <Cut>{last_used.ip}</Cut>
            <Cut size="xs" c="dimmed">
              {last_used.client}
            </Cut>
          </>
        ),
    },
    {
      label: "Revoke",
      role: "actions",
      width: 96,
      cell: (token) =>
        token.status === "active" ? (
          <RevokeButton
            label={`Revoke ${token.name} of ${token.owner.name}`}
            pending={isRevoking(token)}
            onRevoke={() => onRevoke(token)}
          />
        ) : (
          <StatusBadge status={token.status} />
        ),
    },
  ];
  return (
    <DataTable
      caption="Access tokens of all users"
      columns={columns}
      rows={tokens}
      rowKey={({ id }) => id}
    />
  );
}
