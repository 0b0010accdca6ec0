import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ActionForm } from "../../components/form/ActionForm";
import { TextField } from "../../components/form/TextField";

interface Props {
  /** Null makes a new one. */
  tag: Schema<"Tag"> | null;
  onClose: () => void;
}

export function TagDialog({ tag, onClose }: Props) {
  const [name, setName] = useState(tag?.name ?? "");
  const [description, setDescription] = useState(tag?.description ?? "");
  const [filter, setFilter] = useState(tag?.filter ?? false);
  const save = useAction(
    () => {
      const body = { name, description, filter };
      return unwrap(
        tag
          ? api.PATCH("/admin/tags/{id}", { params: { path: { id: tag.id } }, body })
          : api.POST("/admin/tags", { body }),
      );
    },
    {
      showsError: true,
      refresh: [["admin"], ["connectors"]],
      done: `“${name}” is saved.`,
      onDone: onClose,
    },
  );
  return (
    <Dialog onClose={onClose} title={tag ? `Edit “${tag.name}”` : "Create tag"}>
      <ActionForm action={save} submit="Save" place="dialog" onCancel={onClose}>
        <TextField label="Name" required data-autofocus value={name} onChange={setName} />
        <TextField label="Description" value={description} onChange={setDescription} />
        <Checkbox
          label="Filter"
          description="A connector with filter tags is available only to users who have at least one of them."
          checked={filter}
          onChange={(event) => setFilter(event.currentTarget.checked)}
        />
      </ActionForm>
    </Dialog>
  );
}
