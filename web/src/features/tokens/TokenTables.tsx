import { ActionIcon, Code, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import type { Schema } from "../../api/client";
import { LastUsed } from "../../components/LastUsed";
import { StatusBadge } from "../../components/StatusBadge";
import { type Column, DataTable } from "../../components/table/DataTable";
import { TruncatedText } from "../../components/table/TruncatedText";
import { Time } from "../../components/Time";
import { RevokeButton } from "./RevokeButton";

type Token = Schema<"Token">;

const columns: Column<Token>[] = [
  {
    label: "Name",
    role: "name",
    cell: (token) => (
      <>
        <TruncatedText to={`/profile/tokens/${token.id}`}>{token.name}</TruncatedText>
        <TruncatedText size="xs" c="dimmed">
          {token.description}
        </TruncatedText>
        {token.status === "active" && token.expires_at && (
          <Text size="xs" c="dimmed">
            Rotated, ends <Time value={token.expires_at} />
          </Text>
        )}
      </>
    ),
  },
  { label: "Token", width: 150, cell: ({ masked }) => <Code>{masked}</Code> },
  { label: "Created", width: 150, cell: ({ created_at }) => <Time value={created_at} /> },
  { label: "Last used", width: 190, cell: ({ last_used }) => <LastUsed used={last_used} /> },
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
          data-tip="Rotate: a new token in its place"
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
