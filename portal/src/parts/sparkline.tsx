/** The course of a share from 0 to 1, small enough for a table's cell. The label says it in words. */
export function Sparkline({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const width = 96;
  const height = 20;
  const step = width / Math.max(1, values.length);
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {values.map((value, index) =>
        value === null ? null : (
          <rect
            key={index}
            class={value < 1 ? 'series-failed' : 'series-delivered'}
            x={index * step}
            width={Math.max(1, step - 1)}
            y={height - Math.max(2, value * height)}
            height={Math.max(2, value * height)}
          />
        ),
      )}
    </svg>
  );
}
