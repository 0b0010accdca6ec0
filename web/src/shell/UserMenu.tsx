// The account's menu. Our own instead of Mantine's Menu, which would bring its positioning library to every page.
import { Button, Text } from "@mantine/core";
import { useClickOutside } from "@mantine/hooks";
import { IconChevronDown, IconLogout, IconUser } from "@tabler/icons-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../api/client";
import { useAction } from "../api/useAction";
import classes from "./UserMenu.module.css";

export function UserMenu({ me }: { me: Schema<"Me"> }) {
  const [opened, setOpened] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const root = useClickOutside<HTMLDivElement>(() => setOpened(false));
  const signOut = useAction(() => unwrap(api.DELETE("/session")), {
    // A full load, which removes all data of this session from memory.
    onDone: () => window.location.assign("/sign-in"),
  });
  const close = () => {
    setOpened(false);
    button.current?.focus();
  };
  return (
    <div
      ref={root}
      className={classes.root}
      onKeyDown={(event) => opened && event.key === "Escape" && close()}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (relatedTarget && !currentTarget.contains(relatedTarget)) setOpened(false);
      }}
    >
      <Button
        ref={button}
        variant="subtle"
        color="gray"
        c="inherit"
        px="xs"
        aria-label={`Account of ${me.name}`}
        aria-haspopup="menu"
        aria-expanded={opened}
        aria-controls={opened ? id : undefined}
        onClick={() => setOpened(!opened)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" || opened) return;
          event.preventDefault();
          setOpened(true);
        }}
        rightSection={<IconChevronDown size={16} aria-hidden />}
      >
        <IconUser size={18} aria-hidden className={classes.icon} />
        <span className={classes.name}>{me.name}</span>
      </Button>
      {opened && (
        <div className={classes.dropdown}>
          <Text size="xs" c="dimmed" className={classes.email}>
            {me.email}
          </Text>
          <Items id={id} label={`Account of ${me.name}`}>
            <Link role="menuitem" tabIndex={-1} to="/profile" onClick={close}>
              <IconUser size={16} aria-hidden /> Profile
            </Link>
            <button
              type="button"
              role="menuitem"
              tabIndex={-1}
              disabled={signOut.isPending}
              onClick={() => signOut.mutate()}
            >
              <IconLogout size={16} aria-hidden /> Sign out
            </button>
          </Items>
        </div>
      )}
    </div>
  );
}

interface ItemsProps {
  id: string;
  label: string;
  children: React.ReactNode;
}

/** Takes the focus; the arrow keys, Home and End move it (WAI-ARIA, menu button pattern). */
function Items({ id, label, children }: ItemsProps) {
  const menu = useRef<HTMLDivElement>(null);
  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  useEffect(() => items()[0]?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    const all = items();
    const at = all.findIndex((one) => one === document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    all.at(next % all.length)?.focus();
  };
  return (
    <div ref={menu} id={id} role="menu" aria-label={label} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}
