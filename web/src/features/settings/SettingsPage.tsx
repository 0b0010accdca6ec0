// The operator's settings, as this server runs with them. They are set where the server is started, and not here.
import { Anchor, Badge, Code, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { SearchInput } from "../../components/form/SearchInput";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { type Column, DataTable } from "../../components/table/DataTable";
import { FilterBar } from "../../components/table/FilterBar";
import { TruncatedText } from "../../components/table/TruncatedText";
import { plural } from "../../lib/format";

type Setting = Schema<"Setting">;

const sources: Record<Setting["source"], string> = {
  default: "Default",
  file: "File",
  environment: "Environment",
  flag: "Flag",
};

/** As a sentence, of the words that `wick settings` has for it. */
const sentence = ({ meaning }: Setting) =>
  `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}${/[.!?]$/.test(meaning) ? "" : "."}`;

function valueText({ value }: Setting): string {
  if (typeof value !== "string") return value.set ? "Set, not shown" : "Not set";
  return value === "" ? "Empty" : value;
}

const matches = (setting: Setting, words: string[]) => {
  const text = [
    setting.key,
    setting.meaning,
    setting.environment_name,
    valueText(setting),
    sources[setting.source],
  ]
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
};

const columns: Column<Setting>[] = [
  {
    label: "Setting",
    role: "name",
    cell: (setting) => (
      <Stack gap={2}>
        <TruncatedText fw={500} ff="monospace">
          {setting.key}
        </TruncatedText>
        <Text size="sm" c="dimmed">
          {sentence(setting)}
        </Text>
      </Stack>
    ),
  },
  {
    label: "Value",
    width: 260,
    cell: (setting) => (
      <Stack gap={2}>
        <TruncatedText ff="monospace">{valueText(setting)}</TruncatedText>
        {typeof setting.value === "string" && setting.value !== setting.default && (
          <TruncatedText size="xs" c="dimmed">
            {`Default: ${setting.default === "" ? "empty" : setting.default}`}
          </TruncatedText>
        )}
      </Stack>
    ),
  },
  {
    label: "Source",
    width: 130,
    cell: ({ source }) => (
      <Badge color={source === "default" ? "gray" : "indigo"}>{sources[source]}</Badge>
    ),
  },
  {
    label: "Takes effect",
    width: 150,
    cell: ({ needs_restart }) => (needs_restart ? "After a restart" : "Immediately"),
  },
];

export function SettingsPage() {
  const [search, setSearch] = useState("");
  const [onlyChanged, setOnlyChanged] = useState(false);
  const settings = useQuery({
    queryKey: ["admin", "settings"],
    queryFn: () => unwrap(api.GET("/admin/settings")),
  });
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    <>
      <PageHeader
        title="Settings"
        description="The settings of this server. Wick reads them when it starts."
      />
      <Stack gap="lg">
        <Panel title="How to change a setting">
          <Text size="sm">
            Set it in one of these places on the server, then restart Wick. Later places override
            earlier ones.
          </Text>
          <Text size="sm" component="ol" pl="lg" m={0}>
            <li>
              The TOML file that <Code>--config</Code> or <Code>WICK_CONFIG</Code> names, for
              example <Code>audit.row_days = 30</Code>
            </li>
            <li>
              The environment: <Code>WICK_AUDIT_ROW_DAYS=30</Code>. Put a secret here or in a file
              of its own.
            </li>
            <li>
              A flag: <Code>wick serve --set audit.row_days=30</Code>
            </li>
          </Text>
        </Panel>
        <FilterBar label="Filter settings">
          <SearchInput
            label="Search"
            placeholder="Name or value"
            value={search}
            onChange={setSearch}
          />
          <Switch
            label="Hide defaults"
            checked={onlyChanged}
            onChange={(event) => setOnlyChanged(event.currentTarget.checked)}
          />
        </FilterBar>
        <QueryView query={settings}>
          {({ items }) => {
            const shown = items.filter(
              (one) => (!onlyChanged || one.source !== "default") && matches(one, words),
            );
            return (
              <>
                <Text size="sm" c="dimmed" role="status">
                  {plural(shown.length, "setting")}
                </Text>
                {shown.length === 0 ? (
                  <EmptyState title="No settings match">
                    <Anchor
                      component="button"
                      onClick={() => (setSearch(""), setOnlyChanged(false))}
                    >
                      Show all
                    </Anchor>
                  </EmptyState>
                ) : (
                  <DataTable
                    caption="Settings"
                    columns={columns}
                    rows={shown}
                    rowKey={({ key }) => key}
                  />
                )}
              </>
            );
          }}
        </QueryView>
      </Stack>
    </>
  );
}
