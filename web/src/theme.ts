import { Badge, createTheme, Modal, Notification } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "indigo",
  respectReducedMotion: true,
  components: {
    // A word for a state, whole and as it is written.
    Badge: Badge.extend({ defaultProps: { variant: "light", tt: "none", miw: "max-content" } }),
    // Locking the scroll injects a <style> element, which the server's policy forbids.
    Modal: Modal.extend({
      defaultProps: {
        lockScroll: false,
        centered: true,
        closeButtonProps: { "aria-label": "Close" },
      },
    }),
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { "aria-label": "Close this message" } },
    }),
  },
});
