// The dialogs of the panel of the second factor.
import { api, unwrap } from "../../api/client";
import { Dialog } from "../../components/Dialog";
import { useSecrets } from "../../components/secrets/Secrets";
import { EnrolmentForm } from "./EnrolmentForm";
import { ReauthenticateDialog } from "./ReauthenticateDialog";
import { RecoveryCodesDialog } from "./RecoveryCodes";

export type SecondFactorAction = "set-up" | "renew" | "turn-off";

interface Props {
  action: SecondFactorAction;
  onClose: () => void;
}

export function SecondFactorDialogs({ action, onClose }: Props) {
  const secrets = useSecrets();
  const showCodes = (codes: string[]) => {
    onClose();
    secrets.show("recovery-codes", (close) => (
      <RecoveryCodesDialog codes={codes} onClose={close} />
    ));
  };
  switch (action) {
    case "set-up":
      return (
        <Dialog
          onClose={onClose}
          title="Set up an authenticator app"
          closeOnClickOutside={false}
          closeOnEscape={false}
        >
          <EnrolmentForm onDone={showCodes} onCancel={onClose} />
        </Dialog>
      );
    case "renew":
      return (
        <ReauthenticateDialog
          title="New recovery codes"
          description="Your current recovery codes stop working."
          confirm="Create new codes"
          run={(body) => unwrap(api.POST("/me/second-factor/recovery-codes", { body }))}
          onDone={({ recovery_codes }) => showCodes(recovery_codes)}
          onClose={onClose}
        />
      );
    case "turn-off":
      return (
        <ReauthenticateDialog
          title="Turn off the second factor?"
          description="You then sign in with your password alone. Your recovery codes stop working."
          confirm="Turn off"
          isDestructive
          run={(body) => unwrap(api.POST("/me/second-factor/turn-off", { body }))}
          onDone={() => {
            onClose();
            secrets.forget("recovery-codes");
          }}
          onClose={onClose}
        />
      );
  }
}
