// A switch whose state is the server's. It shows what was asked for while the server is being told.
import { Switch } from "@mantine/core";
import { useState } from "react";

interface Props {
  label: string;
  on: boolean;
  /** Resolves once `on` is up to date; tells the person itself when it fails. */
  onChange: (on: boolean) => Promise<unknown>;
}

export function ServerSwitch({ label, on, onChange }: Props) {
  const [asked, setAsked] = useState<boolean | null>(null);
  const ask = async (wanted: boolean) => {
    if (asked !== null) return;
    setAsked(wanted);
    await onChange(wanted).catch(() => undefined);
    setAsked(null);
  };
  return (
    <Switch
      aria-label={label}
      checked={asked ?? on}
      onChange={(event) => void ask(event.currentTarget.checked)}
    />
  );
}
