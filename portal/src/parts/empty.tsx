import type { ComponentChildren } from 'preact';

/** Stands in place of an empty list: says why it is empty, and what to do next. */
export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="empty">
    <p class="empty-title">{title}</p>
    {children}
  </div>
);

/** Keeps the place of something that is being loaded, so that the page does not move when it arrives. */
export const Loading = ({ rows = 3, label }: { rows?: number; label: string }) => (
  <div class="loading" role="status" aria-label={label}>
    {Array.from({ length: rows }, (_, index) => (
      <span key={index} class="loading-row" />
    ))}
  </div>
);
