// The command palette: type a part of a name, choose by arrow keys, Enter goes there (WAI-ARIA, combobox pattern).
import { Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { Dialog } from "../../components/Dialog";
import { ErrorAlert } from "../../components/ErrorAlert";
import classes from "./Palette.module.css";
import { useTargets, type Target } from "./targets";

export function Palette({ onClose }: { onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title="Go to" yOffset="10vh" centered={false}>
      <Search onClose={onClose} />
    </Dialog>
  );
}

function Search({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text.trim(), 150);
  const [asked, setChosen] = useState(0);
  const [listed, setListed] = useState(search);
  if (listed !== search) {
    setListed(search);
    setChosen(0);
  }
  const { groups, error } = useTargets(search);
  const navigate = useNavigate();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const targets = groups.flatMap((group) => group.targets);
  const chosen = Math.min(asked, Math.max(0, targets.length - 1));
  const idOf = (target: Target) => `${id}-${targets.indexOf(target)}`;

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen, search]);

  const go = (target: Target | undefined) => {
    // Enter before the search has caught up with the typing would go somewhere else.
    if (!target || text.trim() !== search) return;
    onClose();
    void navigate(target.to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      return go(targets[chosen]);
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || targets.length === 0) return;
    event.preventDefault();
    setChosen((chosen + step + targets.length) % targets.length);
  };
  const selected = targets[chosen];
  return (
    <Stack gap="sm" pt={4}>
      <TextInput
        aria-label="Page, connector or user"
        placeholder="Page, connector or user"
        data-autofocus
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={targets.length > 0}
        aria-controls={targets.length > 0 ? id : undefined}
        aria-activedescendant={selected && idOf(selected)}
      />
      <ErrorAlert error={error} />
      {targets.length === 0 ? (
        <Text size="sm" c="dimmed" role="status">
          Nothing has this name.
        </Text>
      ) : (
        <div ref={list} id={id} role="listbox" aria-label="Places" className={classes.list}>
          {groups.map(({ name, targets: places }) => (
            <div key={name} role="group" aria-label={name}>
              <Text size="xs" fw={600} c="dimmed" className={classes.group} aria-hidden>
                {name}
              </Text>
              {places.map((place) => (
                <div
                  key={place.to}
                  id={idOf(place)}
                  role="option"
                  aria-selected={place === selected}
                  className={classes.option}
                  onClick={() => go(place)}
                >
                  <place.icon size={18} stroke={1.5} aria-hidden />
                  <span className={classes.label}>{place.label}</span>
                </div>
              ))}
            </div>
          ))}
        </div>
      )}
    </Stack>
  );
}
