import classes from "./OperationList.module.css";

export interface Choice {
  tool_id: string;
  name: string;
  read_only: boolean;
}

interface Props {
  label: string;
  operations: Choice[];
  chosen: ReadonlySet<string>;
  onChange: (toolIds: string[], on: boolean) => void;
}

/** Plain boxes: a connector may have hundreds. */
export function OperationList({ label, operations, chosen, onChange }: Props) {
  return (
    <ul className={classes.list} aria-label={label}>
      {operations.map(({ tool_id, name, read_only }) => (
        <li key={tool_id}>
          <label className={classes.choice}>
            <input
              type="checkbox"
              checked={chosen.has(tool_id)}
              onChange={(event) => onChange([tool_id], event.currentTarget.checked)}
            />
            <span className={classes.name}>{name}</span>
            {!read_only && <span className={classes.writes}>writes</span>}
          </label>
        </li>
      ))}
    </ul>
  );
}
