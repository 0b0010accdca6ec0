// The columns that the tables of tokens share.
import { Code, Text } from "@mantine/core";
import type { Schema } from "../../api/client";
import { LastUsed } from "../../components/LastUsed";
import type { Column } from "../../components/table/DataTable";
import { TruncatedText } from "../../components/table/TruncatedText";
import { Time } from "../../components/Time";
import { RevokeButton } from "./RevokeButton";

type Token = Schema<"Token">;

interface NameLinks {
  /** The path of the page of a token, without its id. */
  base: string;
  /** The state of the links: see lib/backLink.ts. */
  state?: unknown;
}

export const nameColumn = ({ base, state }: NameLinks): Column<Token> => ({
  label: "Name",
  role: "name",
  cell: ({ id, name, description }) => (
    <>
      <TruncatedText to={`${base}/${id}`} state={state}>
        {name}
      </TruncatedText>
      <TruncatedText size="xs" c="dimmed">
        {description}
      </TruncatedText>
    </>
  ),
});

export const maskedColumn: Column<Token> = {
  label: "Token",
  width: 150,
  cell: ({ masked }) => <Code>{masked}</Code>,
};

export const createdColumn: Column<Token> = {
  label: "Created",
  width: 150,
  cell: ({ created_at }) => <Time value={created_at} />,
};

export const lastUsedColumn: Column<Token> = {
  label: "Last used",
  width: 190,
  cell: ({ last_used }) => <LastUsed used={last_used} />,
};

/** When a token was used last, where the client and the address have a column of their own. */
export const lastUsedTimeColumn: Column<Token> = {
  label: "Last used",
  width: 120,
  cell: ({ last_used }) =>
    last_used ? (
      <Time value={last_used.at} />
    ) : (
      <Text size="sm" c="dimmed">
        Never
      </Text>
    ),
};

interface Revocation {
  isRevoking: (token: Token) => boolean;
  onRevoke: (token: Token) => void;
}

/** For tables of the administration: the label names the owner too. */
export const revokeCell = ({ isRevoking, onRevoke }: Revocation) =>
  function RevokeCell(token: Token) {
    return (
      <RevokeButton
        label={`Revoke ${token.name} of ${token.owner.name}`}
        pending={isRevoking(token)}
        onRevoke={() => onRevoke(token)}
      />
    );
  };
