import { NavLink, Text } from "@mantine/core";
import {
  IconApps,
  IconGauge,
  IconHistory,
  IconKey,
  IconLink,
  IconLinkPlus,
  IconPlug,
  IconPlugConnected,
  IconReportAnalytics,
  IconSettings,
  IconShieldLock,
  IconTags,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";
import { Link, useLocation } from "react-router";

interface Entry {
  to: string;
  label: string;
  icon: Icon;
  /** Its pages further down have entries of their own. */
  exact?: boolean;
}

const mine: Entry[] = [
  { to: "/", label: "Connectors", icon: IconPlug, exact: true },
  { to: "/history", label: "History", icon: IconHistory },
  { to: "/profile/tokens", label: "Access tokens", icon: IconKey },
  { to: "/profile/connections", label: "Connections", icon: IconLink },
  { to: "/profile/mcp", label: "Connect a client", icon: IconPlugConnected },
];

const admins: Entry[] = [
  { to: "/admin", label: "Dashboard", icon: IconGauge, exact: true },
  { to: "/admin/users", label: "Users", icon: IconUsers },
  { to: "/admin/tags", label: "Tags", icon: IconTags },
  { to: "/admin/connectors", label: "Manage connectors", icon: IconSettings },
  { to: "/admin/access-tokens", label: "All access tokens", icon: IconShieldLock },
  { to: "/admin/connections", label: "All connections", icon: IconLinkPlus },
  { to: "/admin/apps", label: "Apps", icon: IconApps },
  { to: "/admin/history", label: "All history", icon: IconReportAnalytics },
];

interface Props {
  admin: boolean;
  onNavigate: () => void;
}

export function Navigation({ admin, onNavigate }: Props) {
  return (
    <>
      <Entries entries={mine} onNavigate={onNavigate} />
      {admin && (
        <>
          <Text size="xs" fw={600} c="dimmed" px="sm" mt="lg" mb={4}>
            Administration
          </Text>
          <Entries entries={admins} onNavigate={onNavigate} />
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
