import { NavLink, Text } from "@mantine/core";
import { Link, useLocation } from "react-router";
import { adminItems, memberItems, type Entry } from "./navigationItems";

interface Props {
  admin: boolean;
  onNavigate: () => void;
}

export function Navigation({ admin, onNavigate }: Props) {
  return (
    <>
      <Entries entries={memberItems} onNavigate={onNavigate} />
      {admin && (
        <>
          <Text size="xs" fw={600} c="dimmed" px="sm" mt="lg" mb={4}>
            Administration
          </Text>
          <Entries entries={adminItems} onNavigate={onNavigate} />
        </>
      )}
    </>
  );
}

function Entries({ entries, onNavigate }: { entries: Entry[]; onNavigate: () => void }) {
  const { pathname } = useLocation();
  return entries.map(({ to, label, icon: EntryIcon, exact }) => {
    const active = pathname === to || (!exact && pathname.startsWith(`${to}/`));
    return (
      <NavLink
        key={to}
        component={Link}
        to={to}
        label={label}
        active={active}
        aria-current={active ? "page" : undefined}
        onClick={onNavigate}
        leftSection={<EntryIcon size={18} stroke={1.5} aria-hidden />}
      />
    );
  });
}
