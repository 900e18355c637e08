import { describe, expect, it } from '@jest/globals';
import { pageHeaders } from '../../../lib/portal/portal-headers.js';
import {
  resolveOperatorPortalOptions,
  resolvePortalOptions,
  type PortalOptions,
} from '../../../lib/portal/portal-options.js';
import { portalPage } from '../../../lib/portal/portal-page.js';

const FILES = { script: 'assets/a.js', preload: [], styles: ['assets/a.css'] };

describe('the options of the portal', () => {
  it.each<[keyof PortalOptions | 'colour', unknown]>([
    ['colour', 'red'],
    ['title', ''],
    ['title', 'x'.repeat(101)],
    ['logoUrl', 'http://cdn.example.com/logo.png'],
    ['logoUrl', '//cdn.example.com/logo.png'],
    ['logoUrl', 'https://cdn.example.com/a; script-src *'],
    ['logoUrl', 'javascript:alert(1)'],
    ['theme', 'blue'],
    ['language', 'en"><script>'],
    ['timeZone', 'Mars/Base'],
    ['hide', ['nothing']],
    ['hide', 'events'],
    ['frameAncestors', ['*']],
    ['frameAncestors', ["'unsafe-inline'"]],
    ['frameAncestors', ['https://a.example.com; script-src *']],
    ['frameAncestors', ['https://a.example.com/path']],
    ['frameAncestors', 'https://a.example.com'],
    ['cookieSession', 'yes'],
  ])('refuse %s: %j', (name, value) => {
    expect(() => resolvePortalOptions({ [name]: value })).toThrow(`portal.${name}`);
  });

  it('have defaults that embed nothing and load nothing from elsewhere', () => {
    const headers = pageHeaders(resolvePortalOptions({}));
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'",
    );
  });

  it('permit images of the origin of the logo, and of no other', () => {
    const headers = pageHeaders(resolvePortalOptions({ logoUrl: 'https://cdn.example.com/logo.png' }));
    expect(headers['content-security-policy']).toContain("img-src 'self' https://cdn.example.com;");
  });
});

describe('the options of the operator console', () => {
  it('are those of the portal, without parts that can be hidden, and with a title of their own', () => {
    expect(resolveOperatorPortalOptions({}).title).toBe('Webhook operations');
    expect(() => resolveOperatorPortalOptions({ theme: 'blue' as 'dark' })).toThrow('operatorPortal.theme');
    const hiding: PortalOptions = { hide: ['events'] };
    expect(() => resolveOperatorPortalOptions(hiding)).toThrow('operatorPortal.hide');
  });
});

describe('the page of the portal', () => {
  it('contains a hostile title as text only', () => {
    const title = `</title></script><script>alert('"&')</script>`;
    const html = portalPage({ ...resolvePortalOptions({ title }), operator: false }, FILES, 'portal/');
    expect(html.match(/<script/g)).toHaveLength(2);
    const [, block] = /id="portal-config">(.*?)<\/script>/.exec(html)!;
    expect((JSON.parse(block!) as { title: string }).title).toBe(title);
  });
});
