import { useId } from 'preact/hooks';
import { TextField, type TextFieldProps } from './field.tsx';

interface SuggestFieldProps extends TextFieldProps {
  /** Values that the browser offers while the user types, each with a label. */
  readonly suggestions: readonly { readonly value: string; readonly label: string }[];
}

/** A line of text with suggestions. */
export function SuggestField({ suggestions, ...field }: SuggestFieldProps) {
  const id = useId();
  return (
    <div>
      <TextField {...field} list={id} />
      <datalist id={id}>
        {suggestions.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </datalist>
    </div>
  );
}
