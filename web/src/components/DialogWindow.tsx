// Apart from Dialog.tsx, so that a page is shown before the code of its dialogs has come.
export { Modal as DialogWindow } from "@mantine/core";
