import { createTheme } from "@mantine/core";

// Plain objects instead of Modal.extend() and the like, which would load the components with the first page.
export const theme = createTheme({
  primaryColor: "indigo",
  respectReducedMotion: true,
  components: {
    // A word for a state, whole and as it is written.
    Badge: { defaultProps: { variant: "light", tt: "none", miw: "max-content" } },
    // Locking the scroll injects a <style> element, which the server's policy forbids.
    Modal: {
      defaultProps: {
        lockScroll: false,
        centered: true,
        closeButtonProps: { "aria-label": "Close" },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close this message" } } },
  },
});
