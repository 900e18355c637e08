import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { TextField } from '../../parts/field.tsx';

type Header = { readonly key: string; readonly value: string };

interface HeadersFieldProps {
  readonly headers: readonly Header[];
  readonly onChange: (headers: readonly Header[]) => void;
}

/** Headers that are sent with each request. Stored values are masked; a value that is not changed stays. */
export function HeadersField({ headers, onChange }: HeadersFieldProps) {
  const { t, readOnly } = usePortal();
  const change = (index: number, part: Partial<Header>): void =>
    onChange(headers.map((header, position) => (position === index ? { ...header, ...part } : header)));
  return (
    <fieldset class="picker headers">
      <legend>{t('headers.legend')}</legend>
      {headers.map((header, index) => (
        <div key={index} class="filters">
          <TextField
            label={t('headers.name')}
            value={header.key}
            disabled={readOnly}
            onInput={(key) => change(index, { key })}
          />
          <TextField
            label={t('headers.value')}
            value={header.value}
            disabled={readOnly}
            onInput={(value) => change(index, { value })}
          />
          {!readOnly && (
            <Button onClick={() => onChange(headers.filter((_, position) => position !== index))}>
              {t('headers.remove', { name: header.key })}
            </Button>
          )}
        </div>
      ))}
      {!readOnly && (
        <Button onClick={() => onChange([...headers, { key: '', value: '' }])}>{t('headers.add')}</Button>
      )}
    </fieldset>
  );
}
