// The document's own data: its name, the address of its API and the authentication.
import { Alert, List, Stack, Text } from "@mantine/core";
import type { Preview } from "./openapiImport";

export function OpenapiSummary({ preview }: { preview: Preview }) {
  const before = preview.imported_before;
  return (
    <Stack gap="xs">
      <Text fw={600}>
        {preview.title || "Untitled document"} {preview.version}
      </Text>
      <Text size="sm">
        Base URL: {preview.base_url || "no usable URL"} · Authentication:{" "}
        {preview.auth.auth ?? "none"}
        {preview.auth.auth_name && ` (${preview.auth.auth_name})`}
      </Text>
      {before && (
        <Text size="sm" c="dimmed">
          {before.same_document
            ? "This is the document that was imported last."
            : `Last imported: ${before.title} ${before.version}`}
        </Text>
      )}
      {preview.notes.length > 0 && (
        <Alert color="gray" title="About this document">
          <List size="sm">
            {preview.notes.map((note) => (
              <List.Item key={note}>{note}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}
