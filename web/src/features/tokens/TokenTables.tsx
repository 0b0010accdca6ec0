import { ActionIcon, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import type { Schema } from "../../api/client";
import { StatusBadge } from "../../components/StatusBadge";
import { type Column, DataTable } from "../../components/table/DataTable";
import { TruncatedText } from "../../components/table/TruncatedText";
import { Time } from "../../components/Time";
import { RevokeButton } from "./RevokeButton";
import { nameColumn, maskedColumn, createdColumn, lastUsedColumn } from "./tokenColumns";

type Token = Schema<"Token">;

const name = nameColumn({ base: "/profile/tokens" });
const columns: Column<Token>[] = [
  {
    ...name,
    cell: (token) => (
      <>
        {name.cell(token)}
        {token.status === "active" && token.expires_at && (
          <Text size="xs" c="dimmed">
            Rotated, expires <Time value={token.expires_at} />
          </Text>
        )}
      </>
    ),
  },
  maskedColumn,
  createdColumn,
  lastUsedColumn,
];

interface ActiveProps {
  tokens: Token[];
  isRevoking: (token: Token) => boolean;
  onRevoke: (token: Token) => void;
  onRotate: (token: Token) => void;
}

export function ActiveTokenTable({ tokens, isRevoking, onRevoke, onRotate }: ActiveProps) {
  const actions: Column<Token> = {
    label: "Actions",
    role: "actions",
    width: 120,
    cell: (token) => (
      <>
        <ActionIcon
          variant="subtle"
          color="gray"
          data-tip="Rotate: replace this token with a new one"
          aria-label={`Rotate ${token.name}`}
          onClick={() => onRotate(token)}
        >
          <IconRefresh size={18} aria-hidden />
        </ActionIcon>
        <RevokeButton
          label={`Revoke ${token.name}`}
          pending={isRevoking(token)}
          onRevoke={() => onRevoke(token)}
        />
      </>
    ),
  };
  return (
    <DataTable
      caption="Active tokens"
      columns={[...columns, actions]}
      rows={tokens}
      rowKey={({ id }) => id}
    />
  );
}

const endedColumns: Column<Token>[] = [
  ...columns,
  { label: "Status", width: 110, cell: ({ status }) => <StatusBadge status={status} /> },
  { label: "Ended", width: 170, cell: (token) => <EndedAt token={token} /> },
];

export function InactiveTokenTable({ tokens }: { tokens: Token[] }) {
  return (
    <DataTable
      caption="Revoked and expired tokens"
      columns={endedColumns}
      rows={tokens}
      rowKey={({ id }) => id}
    />
  );
}

function EndedAt({ token }: { token: Token }) {
  const at = token.revoked?.at ?? token.expires_at;
  if (!at) return null;
  return (
    <>
      <Time value={at} />
      {token.revoked?.by && (
        <TruncatedText size="xs" c="dimmed">
          by {token.revoked.by.name}
        </TruncatedText>
      )}
    </>
  );
}
