// Takes an OpenAPI document as a file or as pasted text, and has the server read it.
import { Button, FileInput, Group, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../api/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { TextField } from "../../components/form/TextField";
import { readDocument, type OpenapiSource } from "./openapiImport";

interface Props {
  /** The connector to compare with; none for a new one. */
  connectorId?: string;
  onRead: (source: OpenapiSource) => void;
  onCancel: () => void;
}

export function OpenapiDocumentField({ connectorId, onRead, onCancel }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [text, setText] = useState("");
  const [url, setUrl] = useState("");
  const read = useAction(() => readDocument(file ?? text, url.trim(), connectorId), {
    showsError: true,
    onDone: onRead,
  });
  return (
    <Stack>
      <FileInput
        label="OpenAPI document"
        description="OpenAPI 3.0 or 3.1, or Swagger 2.0, as JSON or YAML, up to 16 MiB."
        placeholder="Choose a file"
        accept=".json,.yaml,.yml,application/json,application/yaml"
        clearable
        value={file}
        onChange={setFile}
      />
      {!file && (
        <Textarea
          label="Or paste its text"
          autosize
          minRows={4}
          maxRows={12}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      <TextField
        label="URL of the document"
        description="Needed only when the server URL in the document is relative. Wick does not fetch the URL."
        placeholder="https://api.example.com/openapi.json"
        value={url}
        onChange={setUrl}
      />
      <ErrorAlert error={read.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          disabled={!file && text.trim() === ""}
          loading={read.isPending}
          onClick={() => read.mutate()}
        >
          Read document
        </Button>
      </Group>
    </Stack>
  );
}
