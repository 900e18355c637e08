import { useId, useState } from 'preact/hooks';
import { usePortal } from '../app/portal-context.tsx';
import { Button } from './button.tsx';
import { niceDuration, niceMaximum, spread } from './plot-scale.ts';

const WIDTH = 640;
const HEIGHT = 200;
const LEFT = 52;
const BOTTOM = 24;
const TOP = 8;

export interface Series {
  readonly key: string;
  readonly label: string;
  /** One value for each label of the axis; null: there is none. */
  readonly values: readonly (number | null)[];
}

interface PlotProps {
  readonly title: string;
  /** `bars`: stacked counts. `lines`: durations in ms. */
  readonly kind: 'bars' | 'lines';
  /** Labels of the axis, one for each value. */
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}

/** A plot, with the same figures as a table for users who prefer to read them, and for screen readers. */
export function Plot({ title, kind, labels, series, format }: PlotProps) {
  const { t } = usePortal();
  const [isTable, setTable] = useState(false);
  const id = useId();
  return (
    <figure class="plot" aria-labelledby={id}>
      <figcaption class="plot-caption">
        <h3 id={id}>{title}</h3>
        <Button kind="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {t('plot.asTable')}
        </Button>
      </figcaption>
      <ul class="plot-legend">
        {series.map(({ key, label }) => (
          <li key={key} class={`series-${key}`}>
            {label}
          </li>
        ))}
      </ul>
      {isTable ? null : <Drawing kind={kind} labels={labels} series={series} format={format} />}
      <div class={isTable ? 'plot-table' : 'visually-hidden'} tabIndex={isTable ? 0 : undefined}>
        <table class="table">
          <caption class="visually-hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t('plot.time')}</th>
              {series.map(({ key, label }) => (
                <th key={key} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((label, index) => (
              <tr key={index}>
                <th scope="row">{label}</th>
                {series.map(({ key, values }) => (
                  <td key={key}>{shown(values[index], format)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

const shown = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? '–' : format(value);

function Drawing({ kind, labels, series, format }: Omit<PlotProps, 'title'>) {
  const { t } = usePortal();
  const isEmpty = series.every(({ values }) => values.every((value) => !value));
  const sums = labels.map((_, index) =>
    kind === 'bars'
      ? series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0)
      : Math.max(0, ...series.map(({ values }) => values[index] ?? 0)),
  );
  const maximum = (kind === 'bars' ? niceMaximum : niceDuration)(Math.max(...sums, 0));
  const slot = (WIDTH - LEFT) / Math.max(1, labels.length);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / maximum) * (HEIGHT - BOTTOM - TOP);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" class="plot-drawing">
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line x1={LEFT} x2={WIDTH} y1={y(share * maximum)} y2={y(share * maximum)} class="plot-grid" />
          <text x={LEFT - 6} y={y(share * maximum) + 4} text-anchor="end">
            {format(share * maximum)}
          </text>
        </g>
      ))}
      {isEmpty && (
        <text x={(LEFT + WIDTH) / 2} y={(HEIGHT - BOTTOM) / 2} text-anchor="middle" class="plot-empty">
          {t('plot.empty')}
        </text>
      )}
      {spread(labels.length, 6).map((index) => (
        <text key={index} x={LEFT + slot * (index + 0.5)} y={HEIGHT - 6} text-anchor="middle">
          {labels[index]}
        </text>
      ))}
      {kind === 'bars' ? (
        <Bars labels={labels} series={series} slot={slot} y={y} />
      ) : (
        series.map(({ key, values }) => (
          <path key={key} d={lineOf(values, slot, y)} class={`plot-line series-${key}`} />
        ))
      )}
    </svg>
  );
}

interface BarsProps {
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly slot: number;
  readonly y: (value: number) => number;
}

const Bars = ({ labels, series, slot, y }: BarsProps) => (
  <>
    {labels.map((_, index) => {
      let below = 0;
      return series.map(({ key, values }) => {
        const value = values[index] ?? 0;
        const top = y(below + value);
        const height = y(below) - top;
        below += value;
        return value === 0 ? null : (
          <rect
            key={`${key}-${index}`}
            class={`series-${key}`}
            x={LEFT + slot * index + slot * 0.1}
            width={slot * 0.8}
            y={top}
            height={Math.max(height, 1)}
          />
        );
      });
    })}
  </>
);

/** A line that is interrupted where there is no value. A single value between gaps is drawn as a short line. */
function lineOf(values: readonly (number | null)[], slot: number, y: (value: number) => number): string {
  let isDrawing = false;
  return values
    .map((value, index) => {
      if (value === null) {
        isDrawing = false;
        return '';
      }
      const x = LEFT + slot * (index + 0.5);
      const command = isDrawing ? `L${x} ${y(value)}` : `M${x - slot * 0.2} ${y(value)}L${x} ${y(value)}`;
      isDrawing = true;
      return command;
    })
    .join('');
}
