import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { usePortal } from '../app/portal-context.tsx';
import { Button } from './button.tsx';

interface DialogProps {
  readonly title: string;
  /** `drawer`: at the side, for details of a list's row. */
  readonly kind?: 'modal' | 'drawer';
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons at the end. */
  readonly actions?: ComponentChildren;
}

/**
 * A native modal dialog: the browser keeps the focus inside, closes it on Escape, and returns the focus to where it was.
 * It is open while it is rendered.
 */
export function Dialog({ title, kind = 'modal', onClose, children, actions }: DialogProps) {
  const { t } = usePortal();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current!;
    const root = element.getRootNode() as Document | ShadowRoot;
    const before = root.activeElement;
    if (!element.open) element.showModal();
    return () => {
      element.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog dialog-${kind}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-content">
        <header class="dialog-header">
          <h2 id={titleId}>{title}</h2>
          <Button kind="quiet" aria-label={t('common.close')} onClick={onClose}>
            <span aria-hidden="true">✕</span>
          </Button>
        </header>
        <div class="dialog-body">{children}</div>
        {actions && <footer class="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
