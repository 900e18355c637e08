import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useState } from 'preact/hooks';

/** How long a message stays, in ms. */
const STAYS_MS = 6_000;

type Say = (text: string) => void;

const ToastContext = createContext<Say>(() => undefined);

/** Says in one line that something was done. Screen readers read it out. A user never has to react to it. */
export const useToast = (): Say => useContext(ToastContext);

export function Toasts({ children }: { children: ComponentChildren }) {
  const [toasts, setToasts] = useState<readonly { id: number; text: string }[]>([]);
  const say = useCallback((text: string) => {
    const id = Math.random();
    setToasts((before) => [...before.slice(-2), { id, text }]);
    setTimeout(() => setToasts((before) => before.filter((toast) => toast.id !== id)), STAYS_MS);
  }, []);
  return (
    <ToastContext.Provider value={say}>
      {children}
      <div class="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text }) => (
          <p key={id} class="toast">
            {text}
          </p>
        ))}
      </div>
    </ToastContext.Provider>
  );
}
