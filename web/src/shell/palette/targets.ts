// Where the command palette leads: pages, connectors and, for admins, users.
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Icon } from "@tabler/icons-react";
import { IconPlug, IconSettings, IconUser } from "@tabler/icons-react";
import { api, unwrap } from "../../api/client";
import { adminConnectorsQuery, connectorsQuery } from "../../api/queries";
import { useMe } from "../../lib/session";
import { adminItems, memberItems } from "../navigationItems";

export interface Target {
  to: string;
  label: string;
  icon: Icon;
}
export interface Group {
  name: string;
  targets: Target[];
}

/** The number of results in each group. To find another one, the user types more of its name. */
const maxShown = 8;

const usersQuery = (query: string) =>
  queryOptions({
    queryKey: ["admin", "users", "palette", query],
    queryFn: () =>
      unwrap(api.GET("/admin/users", { params: { query: { query, limit: maxShown } } })),
  });

export function useTargets(search: string): { groups: Group[]; error: Error | null } {
  const isAdmin = useMe().role === "admin";
  const own = useQuery(connectorsQuery);
  const all = useQuery({ ...adminConnectorsQuery, enabled: isAdmin });
  const users = useQuery({ ...usersQuery(search), enabled: isAdmin && search !== "" });

  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = (targets: Target[]) =>
    targets.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  const pages = [...memberItems, { to: "/profile", label: "Profile", icon: IconUser }];
  const connectors = (own.data?.items ?? []).map(({ id, label }) => ({
    to: `/connectors/${id}`,
    label,
    icon: IconPlug,
  }));
  const managed = (all.data?.items ?? []).map(({ id, label }) => ({
    to: `/admin/connectors/${id}`,
    label: `Manage ${label}`,
    icon: IconSettings,
  }));
  const found = (users.data?.items ?? []).map(({ id, name, email }) => ({
    to: `/admin/users/${id}`,
    label: `${name} (${email})`,
    icon: IconUser,
  }));
  const groups = [
    { name: "Pages", targets: matching(isAdmin ? [...pages, ...adminItems] : pages) },
    { name: "Connectors", targets: matching(connectors).slice(0, maxShown) },
    { name: "Manage connectors", targets: matching(managed).slice(0, maxShown) },
    // The server has searched.
    { name: "Users", targets: isAdmin && search ? found : [] },
  ];
  return {
    groups: groups.filter(({ targets }) => targets.length > 0),
    error: own.error ?? all.error ?? users.error,
  };
}
