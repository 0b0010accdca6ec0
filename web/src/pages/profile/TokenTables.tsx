import { ActionIcon, Anchor, Code, Group, Table, Text, Tooltip } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Schema } from "../../api/client";
import { Columns, DataTable } from "../../components/DataTable";
import { RevokeButton } from "../../components/RevokeButton";
import { StatusBadge } from "../../components/StatusBadge";
import { Time } from "../../components/Time";
import { LastUsed } from "../../components/LastUsed";

type Token = Schema<"Token">;

function NameCell({ token }: { token: Token }) {
  return (
    <Table.Td>
      <Anchor component={Link} to={`/profile/tokens/${token.id}`} size="sm" fw={500}>
        {token.name}
      </Anchor>
      {token.status === "active" && token.expires_at && (
        <Text size="xs" c="dimmed">
          Rotated, ends <Time value={token.expires_at} />
        </Text>
      )}
    </Table.Td>
  );
}

interface ActiveProps {
  tokens: Token[];
  /** The token whose revocation is under way. */
  revoking: string | null;
  onRevoke: (token: Token) => void;
  onRotate: (token: Token) => void;
}

export function ActiveTokenTable({ tokens, revoking, onRevoke, onRotate }: ActiveProps) {
  return (
    <DataTable
      caption="Active tokens"
      head={<Columns names={["Name", "Token", "Created", "Last used", "Revoke"]} />}
    >
      {tokens.map((token) => (
        <Table.Tr key={token.id}>
          <NameCell token={token} />
          <Table.Td>
            <Code>{token.masked}</Code>
          </Table.Td>
          <Table.Td>
            <Time value={token.created_at} />
          </Table.Td>
          <Table.Td>
            <LastUsed used={token.last_used} />
          </Table.Td>
          <Table.Td>
            <Group gap={4} wrap="nowrap">
              <RevokeButton
                label={`Revoke ${token.name}`}
                pending={revoking === token.id}
                onRevoke={() => onRevoke(token)}
              />
              <Tooltip label="Rotate: a new token in its place">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Rotate ${token.name}`}
                  onClick={() => onRotate(token)}
                >
                  <IconRefresh size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
            </Group>
          </Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}

export function InactiveTokenTable({ tokens }: { tokens: Token[] }) {
  return (
    <DataTable
      caption="Revoked and expired tokens"
      head={<Columns names={["Name", "Token", "Created", "Last used", "Status", "Ended"]} />}
    >
      {tokens.map((token) => (
        <Table.Tr key={token.id}>
          <NameCell token={token} />
          <Table.Td>
            <Code>{token.masked}</Code>
          </Table.Td>
          <Table.Td>
            <Time value={token.created_at} />
          </Table.Td>
          <Table.Td>
            <LastUsed used={token.last_used} />
          </Table.Td>
          <Table.Td>
            <StatusBadge status={token.status} />
          </Table.Td>
          <Table.Td>
            <Ending token={token} />
          </Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}

function Ending({ token }: { token: Token }) {
  const at = token.revoked?.at ?? token.expires_at;
  if (!at) return null;
  return (
    <>
      <Time value={at} />
      {token.revoked?.by && (
        <Text size="xs" c="dimmed">
          by {token.revoked.by.name}
        </Text>
      )}
    </>
  );
}
