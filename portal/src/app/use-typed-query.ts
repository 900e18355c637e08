import { useRef } from 'preact/hooks';
import { useNavigation } from './navigation.tsx';

/** Handlers of a text field whose text is a value of the query. */
export interface TypedValue {
  readonly value: string;
  readonly onInput: (text: string) => void;
  readonly onBlur: () => void;
}

/**
 * Keeps what somebody types in the query. The first letter makes an entry of the history and the following ones replace it, so
 * Back undoes the whole text.
 *
 * @returns the handlers of a field, by the name of its value
 */
export function useTypedQuery(): (name: string) => TypedValue {
  const { query, setQuery } = useNavigation();
  const typed = useRef<{ name: string; text: string } | undefined>(undefined);
  return (name) => {
    const value = query[name] ?? '';
    return {
      value,
      onInput: (text) => {
        // After Back, the value is another one than what was typed: a new entry begins.
        const isSameText = typed.current?.name === name && typed.current.text === value;
        typed.current = { name, text };
        setQuery({ [name]: text }, { replace: isSameText });
      },
      onBlur: () => {
        typed.current = undefined;
      },
    };
  };
}
