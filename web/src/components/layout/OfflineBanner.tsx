import { useOnline } from "../../lib/useOnline";
import classes from "./OfflineBanner.module.css";

export function OfflineBanner() {
  const online = useOnline();
  return (
    <div role="status" className={online ? undefined : classes.banner}>
      {!online &&
        "You are offline. The page may be out of date; what you change now fails and is not sent later."}
    </div>
  );
}
