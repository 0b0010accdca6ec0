import { Badge } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { tagsQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { AddButton } from "../../components/AddButton";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { type Column, DataTable } from "../../components/table/DataTable";
import { RowActions } from "../../components/table/RowActions";
import { TruncatedText } from "../../components/table/TruncatedText";
import { plural } from "../../lib/format";
import { TagDialog } from "./TagDialog";

type Tag = Schema<"Tag">;

export function TagsPage() {
  const tags = useQuery(tagsQuery);
  const [edited, setEdited] = useState<Tag | "new" | null>(null);
  const [deleted, setDeleted] = useState<Tag | null>(null);
  const remove = useAction(
    (tag: Tag) => unwrap(api.DELETE("/admin/tags/{id}", { params: { path: { id: tag.id } } })),
    {
      refresh: [["admin"], ["connectors"]],
      done: (_, tag) => `“${tag.name}” is deleted.`,
      onDone: () => setDeleted(null),
    },
  );

  return (
    <>
      <PageHeader
        title="Tags"
        description="Labels for users and connectors. A connector with filter tags is available only to users who have at least one of them."
        actions={<AddButton onClick={() => setEdited("new")}>Create tag</AddButton>}
      />
      <QueryView query={tags}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No tags yet">
              Without filter tags, every user can use every connector.
            </EmptyState>
          ) : (
            <TagTable tags={items} onEdit={setEdited} onDelete={setDeleted} />
          )
        }
      </QueryView>
      {edited && (
        <TagDialog tag={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      )}
      <ConfirmDialog
        opened={deleted !== null}
        title={`Delete the tag “${deleted?.name ?? ""}”?`}
        confirm="Delete"
        pending={remove.isPending}
        onConfirm={() => deleted && remove.mutate(deleted)}
        onClose={() => setDeleted(null)}
      >
        {deleted && (
          <>
            The tag is on {plural(deleted.users, "user")} and{" "}
            {plural(deleted.connectors, "connector")}.
            {deleted.filter && " Connectors that it restricted may become available to more users."}
          </>
        )}
      </ConfirmDialog>
    </>
  );
}

interface TableProps {
  tags: Tag[];
  onEdit: (tag: Tag) => void;
  onDelete: (tag: Tag) => void;
}

function TagTable({ tags, onEdit, onDelete }: TableProps) {
  const columns: Column<Tag>[] = [
    {
      label: "Name",
      role: "name",
      cell: ({ name, filter }) => (
        <>
          <TruncatedText fw={500}>{name}</TruncatedText>
          {filter && <Badge>filter</Badge>}
        </>
      ),
    },
    { label: "Description", cell: ({ description }) => description },
    { label: "Users", width: 90, cell: ({ users }) => users },
    { label: "Connectors", width: 110, cell: ({ connectors }) => connectors },
    {
      label: "Actions",
      role: "actions",
      width: 180,
      cell: (tag) => (
        <RowActions name={tag.name} onEdit={() => onEdit(tag)} onDelete={() => onDelete(tag)} />
      ),
    },
  ];
  return <DataTable caption="Tags" columns={columns} rows={tags} rowKey={({ id }) => id} />;
}
