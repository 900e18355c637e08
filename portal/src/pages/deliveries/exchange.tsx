import type { DeliveryDetails } from '../../api/types.ts';
import { usePortal } from '../../app/portal-context.tsx';
import { JsonBlock, TextBlock } from '../../parts/json-view.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { curlOf } from './curl.ts';

/** The request and the last response, each in a tab. */
export function Exchange({ delivery }: { delivery: DeliveryDetails }) {
  const { t } = usePortal();
  const { event, attempts } = delivery;
  const body = event.body === null ? null : JSON.stringify(event.body);
  const last = attempts.findLast(({ orphaned }) => !orphaned) ?? attempts.at(-1);
  return (
    <Tabs
      label={t('delivery.exchange')}
      tabs={[
        {
          key: 'request',
          label: t('delivery.request'),
          content: () =>
            body === null ? (
              <p>{t('delivery.payloadGone')}</p>
            ) : (
              <div class="stack">
                <JsonBlock text={body} label={t('delivery.requestBody')} />
                <details>
                  <summary>{t('delivery.curl')}</summary>
                  <p class="muted">{t('delivery.curlHint')}</p>
                  <TextBlock text={curlOf(delivery, body)} label={t('delivery.curl')} />
                </details>
              </div>
            ),
        },
        {
          key: 'response',
          label: t('delivery.response'),
          content: () =>
            last?.responseStatusCode === undefined || last.responseStatusCode === null ? (
              <p>{t('delivery.noResponse')}</p>
            ) : (
              <div class="stack">
                <p>{t('delivery.statusCode', { code: String(last.responseStatusCode) })}</p>
                {last.responseBody ? (
                  <JsonBlock text={last.responseBody} label={t('delivery.responseBody')} />
                ) : (
                  <p class="muted">{t('delivery.emptyBody')}</p>
                )}
                {last.responseHeaders && (
                  <TextBlock
                    label={t('delivery.responseHeaders')}
                    text={Object.entries(last.responseHeaders)
                      .map(([name, value]) => `${name}: ${value}`)
                      .join('\n')}
                  />
                )}
              </div>
            ),
        },
      ]}
    />
  );
}
