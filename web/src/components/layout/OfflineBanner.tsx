import { useOnline } from "../../lib/useOnline";
import classes from "./OfflineBanner.module.css";

export function OfflineBanner() {
  const online = useOnline();
  return (
    <div role="status" className={online ? undefined : classes.banner}>
      {!online &&
        "You are offline. This page may be out of date. Changes fail and are not sent later."}
    </div>
  );
}
