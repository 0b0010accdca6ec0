import { Anchor, Text, type TextProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import classes from "./TruncatedText.module.css";

interface Props extends TextProps {
  /** Leads to what is named. */
  to?: string;
  /** The state of the link: see lib/backLink.ts. */
  state?: unknown;
  children: ReactNode;
}

/** One line, cut with an ellipsis where it is too long; whole on hover, focus and tap (lib/tooltips.ts), and on cards. */
export function TruncatedText({ to, state, children, size = "sm", ...text }: Props) {
  const props = { ...text, size, className: classes.cut, "data-cut": true };
  return to === undefined ? (
    <Text component="span" {...props}>
      {children}
    </Text>
  ) : (
    <Anchor component={Link} to={to} state={state} fw={500} {...props}>
      {children}
    </Anchor>
  );
}
