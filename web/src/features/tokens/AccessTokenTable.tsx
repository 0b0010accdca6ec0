import type { Schema } from "../../api/client";
import { StatusBadge } from "../../components/StatusBadge";
import { type Column, DataTable } from "../../components/table/DataTable";
import { selectColumn } from "../../components/table/selectColumn";
import { TruncatedText } from "../../components/table/TruncatedText";
import { UserCell } from "../../components/UserCell";
import { useBackLinkState } from "../../lib/backLink";
import { sortBy } from "../../lib/sorting";
import type { Selection } from "../../lib/useSelection";
import {
  nameColumn,
  maskedColumn,
  createdColumn,
  lastUsedTimeColumn,
  revokeCell,
} from "./tokenColumns";
import { parseTokenQuery, type UrlFilters } from "./tokenQuery";

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
  const sorting = parseTokenQuery(filters.get);
  const backLinkState = useBackLinkState("All access tokens");
  const columns: Column<Token>[] = [
    selectColumn({
      selection,
      selectable,
      labelOf: ({ name, owner }) => `Select ${name} of ${owner.name}`,
    }),
    {
      label: "Owner",
      sort: sortBy(filters, sorting, "owner"),
      cell: ({ owner }) => <UserCell {...owner} />,
    },
    {
      ...nameColumn({ base: "/admin/access-tokens", state: backLinkState }),
      sort: sortBy(filters, sorting, "name"),
    },
    { ...maskedColumn, width: 136 },
    { ...createdColumn, width: 120, sort: sortBy(filters, sorting, "created_at") },
    { ...lastUsedTimeColumn, sort: sortBy(filters, sorting, "last_used_at") },
    {
      label: "From",
      width: 130,
      cell: ({ last_used }) =>
        last_used && (
          <>
            <TruncatedText>{last_used.ip}</TruncatedText>
            <TruncatedText size="xs" c="dimmed">
              {last_used.client}
            </TruncatedText>
          </>
        ),
    },
    {
      label: "Revoke",
      role: "actions",
      width: 96,
      cell: (token) =>
        token.status === "active" ? (
          revokeCell({ isRevoking, onRevoke })(token)
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
