// The pages of the navigation, which the command palette leads to as well.
import {
  IconAdjustments,
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

export interface Entry {
  to: string;
  label: string;
  icon: Icon;
  /** Its pages further down have entries of their own. */
  exact?: boolean;
}

export const memberItems: Entry[] = [
  { to: "/", label: "Connectors", icon: IconPlug, exact: true },
  { to: "/history", label: "History", icon: IconHistory },
  { to: "/profile/tokens", label: "Access tokens", icon: IconKey },
  { to: "/profile/connections", label: "Connections", icon: IconLink },
  { to: "/profile/mcp", label: "Connect a client", icon: IconPlugConnected },
];

export const adminItems: Entry[] = [
  { to: "/admin", label: "Dashboard", icon: IconGauge, exact: true },
  { to: "/admin/users", label: "Users", icon: IconUsers },
  { to: "/admin/tags", label: "Tags", icon: IconTags },
  { to: "/admin/connectors", label: "Manage connectors", icon: IconSettings },
  { to: "/admin/access-tokens", label: "All access tokens", icon: IconShieldLock },
  { to: "/admin/connections", label: "All connections", icon: IconLinkPlus },
  { to: "/admin/apps", label: "Apps", icon: IconApps },
  { to: "/admin/history", label: "All history", icon: IconReportAnalytics },
  { to: "/admin/settings", label: "Settings", icon: IconAdjustments },
];
