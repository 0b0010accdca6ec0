// Tabs whose choice is in the address bar, so that a link opens the same one.
import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { useSearchParams } from "react-router";

interface Tab {
  value: string;
  label: string;
  content: ReactNode;
}

export function TabBar({ tabs }: { tabs: Tab[] }) {
  const [search, setSearch] = useSearchParams();
  const first = tabs[0]?.value ?? "";
  const asked = search.get("tab");
  const value = tabs.some((tab) => tab.value === asked) ? asked : first;
  return (
    <Tabs
      value={value}
      // The rest of the query belongs to the tab that is left.
      onChange={(tab) => setSearch(tab && tab !== first ? { tab } : {})}
      keepMounted={false}
    >
      <Tabs.List mb="md">
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.value} value={tab.value}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((tab) => (
        <Tabs.Panel key={tab.value} value={tab.value}>
          {tab.content}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
