import { Notification } from "@mantine/core";
import { dismiss, useNotices } from "../lib/notices";
import classes from "./Notices.module.css";

export function Notices() {
  return (
    <div className={classes.corner} role="status">
      {useNotices().map(({ id, kind, message }) => (
        <Notification
          key={id}
          role={kind === "failed" ? "alert" : undefined}
          withBorder
          color={kind === "done" ? "green" : "red"}
          onClose={() => dismiss(id)}
        >
          {message}
        </Notification>
      ))}
    </div>
  );
}
