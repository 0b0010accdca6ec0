import { Button } from "@mantine/core";

interface Props {
  /** The name of the edited or deleted thing. */
  name: string;
  onEdit: () => void;
  onDelete: () => void;
}

/** The actions of a row that can be changed and deleted. */
export function RowActions({ name, onEdit, onDelete }: Props) {
  return (
    <>
      <Button size="xs" variant="default" aria-label={`Edit ${name}`} onClick={onEdit}>
        Edit
      </Button>
      <DeleteButton name={name} onDelete={onDelete} />
    </>
  );
}

export function DeleteButton({ name, onDelete }: Pick<Props, "name" | "onDelete">) {
  return (
    <Button
      size="xs"
      variant="subtle"
      color="red"
      data-destructive
      aria-label={`Delete ${name}`}
      onClick={onDelete}
    >
      Delete
    </Button>
  );
}
