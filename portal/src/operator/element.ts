import { hostToken } from '../api/session.ts';
import { HostElement, STARTING_ATTRIBUTES, type ElementStart } from '../app/host-element.ts';
import { startConsole } from './start.tsx';

/**
 * The operator console as an element of another page, with the attributes of `HostElement`. It has no tenant.
 *
 * ```html
 * <script type="module" src="/v2/operatorportal/element.js"></script>
 * <webhooks-operator-portal theme="dark"></webhooks-operator-portal>
 * ```
 */
export class WebhooksOperatorPortalElement extends HostElement {
  static readonly observedAttributes = [...STARTING_ATTRIBUTES, 'theme'];

  protected override get isComplete(): boolean {
    return true;
  }

  protected override start({ getToken, readOnly, config, ...given }: ElementStart): void {
    void startConsole({
      ...given,
      config: { ...config, operator: true, title: this.getAttribute('heading') ?? 'Webhook operations' },
      session: hostToken(getToken, undefined, readOnly),
    });
  }
}

if (!customElements.get('webhooks-operator-portal'))
  customElements.define('webhooks-operator-portal', WebhooksOperatorPortalElement);
