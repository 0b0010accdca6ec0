// Adds or changes one rest operation: what models see of it, and the HTTP request that it becomes.
import { Alert } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ActionForm } from "../../components/form/ActionForm";
import { CurlImport } from "../imports/CurlImport";
import { pathBehind, type CurlProposal } from "../imports/curlProposal";
import { OperationFields } from "./OperationFields";
import { operationForm, parseOperation, withTemplates, type OperationForm } from "./operationForm";

interface Props {
  connector: Schema<"Connector">;
  /** Null makes a new one. */
  operation: Schema<"Operation"> | null;
  /** A new one begins with a cURL command. */
  fromCurl?: boolean;
  onClose: () => void;
}

export function OperationDialog({ connector, operation, fromCurl = false, onClose }: Props) {
  const configured = connector.config?.base_url;
  const baseUrl = typeof configured === "string" ? configured : "";
  const [proposal, setProposal] = useState<CurlProposal | null>(null);
  const [form, setForm] = useState(() => operationForm(operation));
  const save = useAction(
    async () => {
      const body = parseOperation(form, operation?.enabled ?? true);
      const path = { id: connector.id };
      return unwrap(
        operation
          ? api.PUT("/admin/connectors/{id}/operations/{key}", {
              params: { path: { ...path, key: operation.key } },
              body,
            })
          : api.POST("/admin/connectors/{id}/operations", { params: { path }, body }),
      );
    },
    {
      showsError: true,
      refresh: [["admin"], ["connectors"]],
      done: `${form.name} is saved.`,
      onDone: onClose,
    },
  );
  const placed = (found: CurlProposal, proposed: OperationForm): OperationForm => ({
    ...proposed,
    path: pathBehind(baseUrl, found, proposed.path) ?? proposed.path,
  });
  const title = fromCurl ? "Add operation from a cURL command" : "Add operation";
  return (
    <Dialog onClose={onClose} title={operation ? `Edit ${operation.name}` : title} size="xl">
      <ActionForm
        action={save}
        submit="Save"
        place="dialog"
        onCancel={onClose}
        isDisabled={fromCurl && proposal === null}
      >
        {fromCurl && (
          <CurlImport
            onRead={(found, proposed) => {
              setProposal(found);
              setForm(placed(found, proposed));
            }}
            onTemplates={(found, proposed) => setForm(withTemplates(form, placed(found, proposed)))}
          />
        )}
        {proposal && <CommandWarnings proposal={proposal} baseUrl={baseUrl} />}
        {(!fromCurl || proposal) && (
          <OperationFields form={form} onChange={setForm} keyFixed={operation !== null} />
        )}
      </ActionForm>
    </Dialog>
  );
}

/** The connector has its address and its secret already: what the command says of them is not used. */
function CommandWarnings({ proposal, baseUrl }: { proposal: CurlProposal; baseUrl: string }) {
  const elsewhere = pathBehind(baseUrl, proposal, proposal.operation.rest.path) === null;
  return (
    <>
      {elsewhere && (
        <Alert color="yellow" title="The command is for another address">
          The command calls {proposal.base_url}, but this connector calls {baseUrl}. The operation
          will use the connector's address.
        </Alert>
      )}
      {proposal.secret_found && (
        <Alert color="blue" title="The secret of the command is not used">
          This connector uses the credentials in its own settings.
        </Alert>
      )}
    </>
  );
}
