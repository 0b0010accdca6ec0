import { Checkbox, Select } from "@mantine/core";
import { SearchInput } from "../../components/form/SearchInput";
import { UserSelect } from "../../components/form/UserSelect";
import { FilterBar } from "../../components/table/FilterBar";
import { plural } from "../../lib/format";
import classes from "./AccessTokenFilters.module.css";
import { parseTokenQuery, type UrlFilters } from "./tokenQuery";

const inDays = (choices: number[], chosen: number | undefined) =>
  [...new Set([...choices, ...(chosen ? [chosen] : [])])].map((days) => ({
    value: String(days),
    label: plural(days, "day"),
  }));
const unusedChoices = [7, 30, 90, 180];
const expiringChoices = [1, 7, 30, 90];
const textOf = (days: number | undefined) => (days === undefined ? null : String(days));

export function AccessTokenFilters({ filters: { get, set, setAll } }: { filters: UrlFilters }) {
  const query = parseTokenQuery(get);
  return (
    <FilterBar label="Filters">
      <SearchInput
        label="Search"
        placeholder="Name, owner or last four"
        value={get("query") ?? ""}
        onChange={(value) => set("query", value)}
      />
      <UserSelect
        label="Owner"
        value={get("owner") ?? null}
        onChange={(value) => set("owner", value)}
      />
      <Select
        label="Status"
        data={[
          { value: "active", label: "Active" },
          { value: "inactive", label: "Revoked and expired" },
          { value: "all", label: "All" },
        ]}
        value={query.status}
        onChange={(value) => set("status", value === "active" ? null : value)}
        allowDeselect={false}
      />
      <Select
        label="Unused for"
        data={inDays(unusedChoices, query.unused_days)}
        value={textOf(query.unused_days)}
        onChange={(value) => setAll({ unused_days: value, never_used: null })}
        placeholder="Any time"
        clearable
      />
      <Select
        label="Expires within"
        data={inDays(expiringChoices, query.expiring_days)}
        value={textOf(query.expiring_days)}
        onChange={(value) => set("expiring_days", value)}
        placeholder="Any time"
        clearable
      />
      <Checkbox
        label="Never used"
        className={classes.checkbox}
        checked={query.never_used === true}
        onChange={(event) =>
          setAll({
            never_used: event.currentTarget.checked ? "true" : null,
            unused_days: null,
          })
        }
      />
    </FilterBar>
  );
}
