import { Checkbox, Select } from "@mantine/core";
import { FilterBar } from "../../components/FilterBar";
import { SearchInput } from "../../components/SearchInput";
import { plural } from "../../lib/format";
import { UserSelect } from "../../components/UserSelect";
import classes from "./AccessTokenFilters.module.css";
import { readTokenQuery, type UrlFilters } from "./tokenQuery";

const inDays = (choices: number[]) =>
  choices.map((days) => ({ value: String(days), label: plural(days, "day") }));
const unusedChoices = inDays([7, 30, 90, 180]);
const expiringChoices = inDays([1, 7, 30, 90]);

export function AccessTokenFilters({ filters: { get, set, setAll } }: { filters: UrlFilters }) {
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
        value={readTokenQuery(get).status}
        onChange={(value) => set("status", value === "active" ? null : value)}
        allowDeselect={false}
      />
      <Select
        label="Unused for"
        data={unusedChoices}
        value={get("unused_days") ?? null}
        onChange={(value) => setAll({ unused_days: value, never_used: null })}
        placeholder="Any time"
        clearable
      />
      <Select
        label="Expires within"
        data={expiringChoices}
        value={get("expiring_days") ?? null}
        onChange={(value) => set("expiring_days", value)}
        placeholder="Any time"
        clearable
      />
      <Checkbox
        label="Never used"
        className={classes.checkbox}
        checked={get("never_used") === "true"}
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
