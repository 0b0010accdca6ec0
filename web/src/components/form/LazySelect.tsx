// A filter whose choices are loaded when it is first opened, or has a value to name.
import { Select } from "@mantine/core";
import { type Choice, withChosen } from "./choices";

interface Props {
  label: string;
  /** Undefined while they are not loaded. */
  choices: Choice[] | undefined;
  value: string | null;
  onChange: (value: string | null) => void;
  onOpen: () => void;
}

export function LazySelect({ choices, value, onOpen, ...select }: Props) {
  return (
    <Select
      data={withChosen(choices ?? [], value, choices ? undefined : "…")}
      value={value}
      placeholder="Any"
      searchable
      clearable
      onDropdownOpen={onOpen}
      nothingFoundMessage={choices ? "Nothing found" : "Loading…"}
      {...select}
    />
  );
}
