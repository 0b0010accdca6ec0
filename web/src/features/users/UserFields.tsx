// The fields of a user that an admin sets.
import { Select } from "@mantine/core";
import { TagSelect } from "../../components/form/TagSelect";
import { TextField } from "../../components/form/TextField";

export interface UserValues {
  name: string;
  role: "admin" | "member";
  /** Tag ids. */
  tags: string[];
}

interface Props {
  values: UserValues;
  onChange: (values: UserValues) => void;
  /** The role of a service user cannot be changed. */
  hasFixedRole?: boolean;
  autoFocus?: boolean;
}

export function UserFields({ values, onChange, hasFixedRole = false, autoFocus = false }: Props) {
  return (
    <>
      <TextField
        label="Name"
        required
        data-autofocus={autoFocus || undefined}
        value={values.name}
        onChange={(name) => onChange({ ...values, name })}
      />
      {!hasFixedRole && (
        <Select
          label="Role"
          data={["member", "admin"]}
          value={values.role}
          onChange={(role) => onChange({ ...values, role: role === "admin" ? "admin" : "member" })}
          allowDeselect={false}
        />
      )}
      <TagSelect
        value={values.tags}
        onChange={(tags) => onChange({ ...values, tags })}
        description="A connector with filter tags is available only to users who have at least one of them."
      />
    </>
  );
}
