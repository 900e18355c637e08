import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

interface ButtonProps extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'onClick' | 'icon'> {
  readonly kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  /** While the returned promise is pending, further clicks do nothing. Errors are the caller's. */
  readonly onClick?: (() => unknown) | undefined;
  readonly children: ComponentChildren;
}

/** A button that runs its action once at a time, so that a double click sends one request. */
export function Button({ kind = 'plain', onClick, children, ...rest }: ButtonProps) {
  const isRunning = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    if (isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    try {
      await onClick?.();
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      {...rest}
      class={`button button-${kind}`}
      aria-busy={isBusy || undefined}
      onClick={onClick && (() => void run())}
    >
      {children}
    </button>
  );
}
