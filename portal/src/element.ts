import { hostToken } from './api/session.ts';
import { FEATURES } from './app/config.ts';
import { HostElement, STARTING_ATTRIBUTES, type ElementStart } from './app/host-element.ts';
import { start } from './app/start.tsx';

/**
 * The portal of a tenant as an element of another page, with the attributes of `HostElement`, `tenant` (required), and `hide`
 * (names of parts that are not shown, separated by spaces).
 *
 * ```html
 * <script type="module" src="/v2/portal/element.js"></script>
 * <webhooks-portal tenant="shop" theme="dark"></webhooks-portal>
 * ```
 */
export class WebhooksPortalElement extends HostElement {
  static readonly observedAttributes = [...STARTING_ATTRIBUTES, 'tenant', 'hide', 'theme'];

  protected override get isComplete(): boolean {
    return Boolean(this.getAttribute('tenant'));
  }

  protected override start({ getToken, readOnly, config, ...given }: ElementStart): void {
    const hidden = (this.getAttribute('hide') ?? '').split(/\s+/);
    void start({
      ...given,
      config: { ...config, hide: FEATURES.filter((feature) => hidden.includes(feature)) },
      session: hostToken(getToken, this.getAttribute('tenant')!, readOnly),
    });
  }
}

if (!customElements.get('webhooks-portal')) customElements.define('webhooks-portal', WebhooksPortalElement);
