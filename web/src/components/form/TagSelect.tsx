import { MultiSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { tagsQuery } from "../../api/queries";

interface Props {
  /** Tag ids. */
  value: string[];
  onChange: (ids: string[]) => void;
  label?: string;
  description?: string;
}

export function TagSelect({ value, onChange, label = "Tags", description }: Props) {
  const tags = useQuery(tagsQuery);
  return (
    <MultiSelect
      label={label}
      description={description}
      data={(tags.data?.items ?? []).map((tag) => ({
        value: tag.id,
        label: tag.filter ? `${tag.name} (filter)` : tag.name,
      }))}
      value={value}
      onChange={onChange}
      searchable
      clearable
      nothingFoundMessage="No such tag"
      error={tags.error?.message}
    />
  );
}
