// Finds one user among many: the server searches while one types.
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { userQuery } from "../../api/queries";
import { withChosen } from "./choices";

const maxShown = 20;

interface Props {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
}

export function UserSelect({ label, value, onChange }: Props) {
  const [text, setText] = useState("");
  const [query] = useDebouncedValue(text, 200);
  // Nobody is loaded before the list is opened.
  const [opened, setOpened] = useState(false);
  const users = useQuery({
    queryKey: ["admin", "users", "choice", query],
    queryFn: () =>
      unwrap(api.GET("/admin/users", { params: { query: { query, limit: maxShown } } })),
    placeholderData: keepPreviousData,
    enabled: opened,
  });
  const chosen = useQuery({ ...userQuery(value ?? ""), enabled: value !== null });
  const found = users.data?.items ?? [];
  // The chosen one stays in the list even when the search does not find it.
  const items =
    chosen.data && !found.some((user) => user.id === value) ? [...found, chosen.data] : found;
  const choices = items.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` }));
  return (
    <Select
      label={label}
      data={withChosen(choices, value, chosen.isPending ? "…" : undefined)}
      value={value}
      onChange={onChange}
      searchable
      clearable
      searchValue={text}
      onSearchChange={setText}
      onDropdownOpen={() => setOpened(true)}
      filter={({ options }) => options}
      placeholder="Anyone"
      nothingFoundMessage={users.error?.message ?? (users.data ? "No such user" : "Searching…")}
    />
  );
}
