// A number that matters. With a link it leads to what it counts; pressed, it filters.
import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { count } from "../../lib/format";
import classes from "./StatCard.module.css";

interface Props {
  label: string;
  value: number;
  to?: string;
  pressed?: boolean;
  onClick?: () => void;
  testId?: string;
}

export function StatCard({ label, value, to, pressed, onClick, testId }: Props) {
  const content = (
    <>
      <Text size="sm" c="dimmed" component="span" display="block">
        {label}
      </Text>
      <span className={classes.value}>{count(value)}</span>
    </>
  );
  if (onClick) {
    return (
      <button
        type="button"
        className={classes.card}
        aria-pressed={pressed}
        onClick={onClick}
        data-testid={testId}
      >
        {content}
      </button>
    );
  }
  return to ? (
    <Link to={to} className={classes.card}>
      {content}
    </Link>
  ) : (
    <div className={classes.card}>{content}</div>
  );
}

export function StatRow({ children }: { children: ReactNode }) {
  return <div className={classes.row}>{children}</div>;
}
