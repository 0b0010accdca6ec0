// The second step of sign-in: the password was right, now the code.
import { Button } from "@mantine/core";
import { ApiError, api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ActionForm } from "../../components/form/ActionForm";
import { useSecondFactorField } from "./SecondFactorField";

interface Props {
  onDone: (session: Schema<"Session">) => void;
  /** The first step has to be made again, because of the error if there is one. */
  onBack: (error: Error | null) => void;
}

export function SecondStep({ onDone, onBack }: Props) {
  const { proof, field, clear } = useSecondFactorField(true);
  const finish = useAction(
    async () => {
      try {
        return await unwrap(api.POST("/session/second-factor", { body: proof }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) onBack(error);
        // A code is never worth a second try.
        else clear();
        throw error;
      }
    },
    { showsError: true, onDone },
  );
  return (
    <ActionForm
      action={finish}
      submit="Continue"
      place="page"
      more={
        <Button variant="default" onClick={() => onBack(null)}>
          Back
        </Button>
      }
    >
      {field}
    </ActionForm>
  );
}
