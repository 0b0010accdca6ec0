import { Button, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { adminConnectorsQuery, connectorsQuery, tokenQuery, tokensQuery } from "../../api/queries";
import { LazySelect } from "../../components/form/LazySelect";
import { UserSelect } from "../../components/form/UserSelect";
import { FilterBar } from "../../components/table/FilterBar";
import { fromLocalInput, toLocalInput } from "../../lib/format";
import { filterNames, sources, statuses } from "./runFilters";

interface Props {
  /** Everybody's calls: choose among all users and connectors. */
  everyone: boolean;
  /** On a connector's own page there is nothing to choose. */
  fixedConnector?: boolean;
}

export function RunFilterBar({ everyone, fixedConnector = false }: Props) {
  const [search, setSearch] = useSearchParams();
  const set = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value) after.set(name, value);
        else after.delete(name);
        return after;
      },
      { replace: true },
    );
  const clear = () => {
    const after = new URLSearchParams(search);
    for (const name of filterNames) after.delete(name);
    setSearch(after, { replace: true });
  };
  const filtered = filterNames.some((name) => search.has(name));

  return (
    <FilterBar label="Filters">
      {everyone && (
        <UserSelect
          label="User"
          value={search.get("user")}
          onChange={(value) => set("user", value)}
        />
      )}
      {!fixedConnector && (
        <ConnectorSelect
          everyone={everyone}
          value={search.get("connector")}
          onChange={(value) => set("connector", value)}
        />
      )}
      <OperationInput
        key={search.get("operation") ?? ""}
        value={search.get("operation") ?? ""}
        onCommit={(value) => set("operation", value)}
      />
      <Select
        label="Status"
        data={statuses.map((value) => ({ value, label: value.replace("_", " ") }))}
        value={statuses.find((status) => status === search.get("status")) ?? null}
        onChange={(value) => set("status", value)}
        placeholder="Any"
        clearable
      />
      <Select
        label="Source"
        data={[...sources]}
        value={sources.find((source) => source === search.get("source")) ?? null}
        onChange={(value) => set("source", value)}
        placeholder="Any"
        clearable
      />
      {!everyone && (
        <TokenSelect value={search.get("token")} onChange={(value) => set("token", value)} />
      )}
      <TextInput
        label="From"
        type="datetime-local"
        value={toLocalInput(search.get("from"))}
        onChange={(event) => set("from", fromLocalInput(event.currentTarget.value))}
      />
      <TextInput
        label="To"
        type="datetime-local"
        value={toLocalInput(search.get("to"))}
        onChange={(event) => set("to", fromLocalInput(event.currentTarget.value))}
      />
      {everyone && search.has("token") && <OneToken id={search.get("token") ?? ""} />}
      {filtered && (
        <Button variant="subtle" onClick={clear}>
          Clear filters
        </Button>
      )}
    </FilterBar>
  );
}

interface SelectProps {
  value: string | null;
  onChange: (value: string | null) => void;
}

function ConnectorSelect({ everyone, ...select }: SelectProps & { everyone: boolean }) {
  const [opened, setOpened] = useState(false);
  const connectors = useQuery({
    ...(everyone ? adminConnectorsQuery : connectorsQuery),
    enabled: opened || select.value !== null,
  });
  return (
    <LazySelect
      label="Connector"
      choices={connectors.data?.items.map(({ id, label }) => ({ value: id, label }))}
      onOpen={() => setOpened(true)}
      {...select}
    />
  );
}

function TokenSelect(select: SelectProps) {
  const [opened, setOpened] = useState(false);
  const tokens = useQuery({ ...tokensQuery("all"), enabled: opened || select.value !== null });
  return (
    <LazySelect
      label="Token"
      choices={tokens.data?.items.map((token) => ({
        value: token.id,
        label: `${token.name} ${token.masked.slice(-5)}`,
      }))}
      onOpen={() => setOpened(true)}
      {...select}
    />
  );
}

/** Whose calls are shown, when it is one token of somebody's; a connection has a page of its own. */
function OneToken({ id }: { id: string }) {
  const token = useQuery(tokenQuery(id));
  const known = token.data && `${token.data.name} of ${token.data.owner.name}`;
  const name = known ?? (token.isPending ? "" : id);
  return <TextInput label="Token" value={name} readOnly />;
}

function OperationInput({ value, onCommit }: { value: string; onCommit: (v: string) => void }) {
  const [text, setText] = useState(value);
  return (
    <TextInput
      label="Operation"
      placeholder="Any"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => text !== value && onCommit(text.trim())}
      onKeyDown={(event) => event.key === "Enter" && onCommit(text.trim())}
    />
  );
}
