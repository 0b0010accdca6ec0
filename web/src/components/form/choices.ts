export interface Choice {
  value: string;
  label: string;
}

/** The choices of a filter, with the one of the address bar: what filters the list is never a box that looks empty. */
export function withChosen(choices: Choice[], chosen: string | null, label = chosen ?? "") {
  return chosen === null || choices.some(({ value }) => value === chosen)
    ? choices
    : [...choices, { value: chosen, label }];
}
