import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** Rows that are rendered above and below the visible ones. */
const OVERSCAN = 10;
/** How many rows before the end the next page is loaded. */
const LOAD_AHEAD = 20;

export interface Column<T> {
  readonly key: string;
  readonly header: string;
  readonly cell: (item: T) => ComponentChildren;
  /** Hidden on narrow screens, where only the most important columns have space. */
  readonly isExtra?: boolean;
}

interface VirtualTableProps<T> {
  /** Caption of the table, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** Height of a row in px: all rows are equally high. */
  readonly rowHeight?: number;
  /** Number of items, if more exist than are loaded. */
  readonly totalCount?: number | undefined;
  readonly onEnd?: (() => void) | undefined;
  readonly isLoading?: boolean;
}

/** A table of any length: only the rows near the visible part are in the document. The page scrolls, not the table. */
export function VirtualTable<T>({
  caption,
  columns,
  items,
  keyOf,
  rowHeight = 45,
  totalCount,
  onEnd,
  isLoading = false,
}: VirtualTableProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [range, setRange] = useState({ first: 0, last: 40 });

  const measure = useCallback(() => {
    const element = body.current;
    if (!element) return;
    const top = element.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / rowHeight) - OVERSCAN);
    const last = Math.ceil((window.innerHeight - top) / rowHeight) + OVERSCAN;
    setRange((before) => (before.first === first && before.last === last ? before : { first, last }));
  }, [rowHeight]);

  useEffect(() => {
    measure();
    // Scrolling is observed in the capture phase, because the table may be inside any element that scrolls.
    const options = { capture: true, passive: true } as const;
    window.addEventListener('scroll', measure, options);
    window.addEventListener('resize', measure);
    return () => {
      window.removeEventListener('scroll', measure, options);
      window.removeEventListener('resize', measure);
    };
  }, [measure]);

  useEffect(measure, [items.length, measure]);
  useEffect(() => {
    if (range.last >= items.length - LOAD_AHEAD) onEnd?.();
  }, [range.last, items.length, onEnd]);

  const first = Math.min(range.first, Math.max(0, items.length - 1));
  const shown = items.slice(first, range.last);
  const after = Math.max(0, items.length - first - shown.length);
  return (
    <table class="table" aria-busy={isLoading} aria-rowcount={(totalCount ?? items.length) + 1}>
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map(({ key, header, isExtra }) => (
            <th key={key} scope="col" class={isExtra ? 'extra' : undefined}>
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        <Space rows={first} rowHeight={rowHeight} />
        {shown.map((item, index) => (
          <tr key={keyOf(item)} aria-rowindex={first + index + 2}>
            {columns.map(({ key, cell, isExtra }) => (
              <td key={key} class={isExtra ? 'extra' : undefined}>
                {cell(item)}
              </td>
            ))}
          </tr>
        ))}
        <Space rows={after} rowHeight={rowHeight} />
      </tbody>
    </table>
  );
}

/** Takes the place of rows that are not rendered. The height is set as a property, which a strict CSP allows. */
const Space = ({ rows, rowHeight }: { rows: number; rowHeight: number }) =>
  rows === 0 ? null : (
    <tr aria-hidden="true" class="table-space" style={{ height: `${rows * rowHeight}px` }} />
  );
