import { Anchor, Checkbox, Code, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Schema } from "../../api/client";
import { DataTable } from "../../components/DataTable";
import { RevokeButton } from "../../components/RevokeButton";
import { StatusBadge } from "../../components/StatusBadge";
import { Time } from "../../components/Time";
import classes from "./person.module.css";
import { SortHeading } from "./SortHeading";
import type { UrlFilters } from "./tokenQuery";

type Token = Schema<"Token">;

interface Props {
  tokens: Token[];
  filters: UrlFilters;
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  /** The token whose revocation is under way. */
  revoking: string | null;
  onRevoke: (token: Token) => void;
}

export function AccessTokenTable(props: Props) {
  const { tokens, filters, selected, onSelect, revoking, onRevoke } = props;
  const selectable = tokens.filter((token) => token.status === "active").map(({ id }) => id);
  const chosen = selectable.filter((id) => selected.has(id));
  const all = chosen.length > 0 && chosen.length === selectable.length;
  const toggle = (ids: string[], on: boolean) => {
    const after = new Set(selected);
    for (const id of ids) {
      if (on) after.add(id);
      else after.delete(id);
    }
    onSelect(after);
  };

  return (
    <DataTable
      caption="Access tokens of all users"
      minWidth={900}
      head={
        <>
          <Table.Th scope="col" w={40}>
            <Checkbox
              aria-label="Select all on this page"
              checked={all}
              indeterminate={chosen.length > 0 && !all}
              disabled={selectable.length === 0}
              onChange={() => toggle(selectable, !all)}
            />
          </Table.Th>
          <SortHeading filters={filters} sort="owner" label="Owner" />
          <SortHeading filters={filters} sort="name" label="Name" />
          <Table.Th scope="col">Token</Table.Th>
          <SortHeading filters={filters} sort="created_at" label="Created" />
          <SortHeading filters={filters} sort="last_used_at" label="Last used" />
          <Table.Th scope="col">Address</Table.Th>
          <Table.Th scope="col">Client</Table.Th>
          <Table.Th scope="col">Revoke</Table.Th>
        </>
      }
    >
      {tokens.map((token) => (
        <Table.Tr key={token.id}>
          <Table.Td>
            {token.status === "active" && (
              <Checkbox
                aria-label={`Select ${token.name} of ${token.owner.name}`}
                checked={selected.has(token.id)}
                onChange={(event) => toggle([token.id], event.currentTarget.checked)}
              />
            )}
          </Table.Td>
          <Table.Td className={classes.person}>
            <Text size="sm">{token.owner.name}</Text>
            <Text size="xs" c="dimmed">
              {token.owner.email}
            </Text>
          </Table.Td>
          <Table.Td className={classes.person}>
            <Anchor component={Link} to={`/profile/tokens/${token.id}`} size="sm" fw={500}>
              {token.name}
            </Anchor>
          </Table.Td>
          <Table.Td>
            <Code>{token.masked}</Code>
          </Table.Td>
          <Table.Td>
            <Time value={token.created_at} />
          </Table.Td>
          <Table.Td>
            {token.last_used ? (
              <Time value={token.last_used.at} />
            ) : (
              <Text size="sm" c="dimmed">
                Never
              </Text>
            )}
          </Table.Td>
          <Table.Td>{token.last_used?.ip}</Table.Td>
          <Table.Td>{token.last_used?.client}</Table.Td>
          <Table.Td>
            {token.status === "active" ? (
              <RevokeButton
                label={`Revoke ${token.name} of ${token.owner.name}`}
                pending={revoking === token.id}
                onRevoke={() => onRevoke(token)}
              />
            ) : (
              <StatusBadge status={token.status} />
            )}
          </Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}
