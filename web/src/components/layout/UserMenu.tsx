import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconLogout, IconUser } from "@tabler/icons-react";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import classes from "./UserMenu.module.css";

export function UserMenu({ me }: { me: Schema<"Me"> }) {
  const signOut = useAction(() => unwrap(api.DELETE("/session")), {
    // A full load, so that nothing of this session stays in memory.
    onDone: () => window.location.assign("/sign-in"),
  });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="inherit"
          px="xs"
          aria-label={`Account of ${me.name}`}
          rightSection={<IconChevronDown size={16} aria-hidden />}
        >
          <IconUser size={18} aria-hidden className={classes.icon} />
          <span className={classes.name}>{me.name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.email}</Menu.Label>
        <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={16} aria-hidden />}>
          Profile
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() => signOut.mutate()}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
