import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  /** Explains what to enter. */
  readonly hint?: string | undefined;
  /** Why the value is not accepted; undefined: it is. */
  readonly error?: string | undefined;
  readonly children: (input: {
    id: string;
    'aria-describedby': string;
    'aria-invalid': boolean;
  }) => ComponentChildren;
}

/** A labelled input with its hint and its error, connected for screen readers. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-hint ${id}-error`, 'aria-invalid': error !== undefined })}
      <p id={`${id}-hint`} class="field-hint">
        {hint}
      </p>
      <p id={`${id}-error`} class="field-error" aria-live="polite">
        {error}
      </p>
    </div>
  );
}

export interface TextFieldProps extends Omit<
  JSX.InputHTMLAttributes<HTMLInputElement>,
  'onInput' | 'value' | 'label'
> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** A line of text. */
export const TextField = ({ label, hint, error, value, onInput, ...rest }: TextFieldProps) => (
  <Field label={label} hint={hint} error={error}>
    {(input) => (
      <input
        type="text"
        autocomplete="off"
        spellcheck={false}
        {...rest}
        {...input}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    )}
  </Field>
);

interface SelectFieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

/** One of several values. */
export const SelectField = ({ label, hint, value, options, onChange }: SelectFieldProps) => (
  <Field label={label} hint={hint}>
    {(input) => (
      <select {...input} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    )}
  </Field>
);
