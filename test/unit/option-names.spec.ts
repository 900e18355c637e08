import { describe, expect, it } from '@jest/globals';
import { WebhooksModule } from 'nestjs-tillhook';

const messageOf = (define: () => unknown): string => {
  try {
    define();
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
  return 'accepted';
};
const accessPolicy = () => 'granted' as const;
const forRoot = (options: object): string =>
  messageOf(() => WebhooksModule.forRoot({ accessPolicy, ...options }));
const forRootAsync = (options: object): string =>
  messageOf(() => WebhooksModule.forRootAsync({ accessPolicy, useFactory: () => ({}), ...options }));

describe('An option with a wrong name, place or value is refused', () => {
  it.each([
    [{ runMigration: true }, 'runMigration', 'runMigrations'],
    [{ enviroment: 'test' }, 'enviroment', 'environment'],
    [{ egress: { allowHTTP: true } }, 'egress.allowHTTP', 'egress.allowHttp'],
    [{ egress: { denyOrigin: [] } }, 'egress.denyOrigin', 'egress.denyOrigins'],
    [{ encryption: { key: [] } }, 'encryption.key', 'encryption.keys'],
    [{ worker: true, datasource: 'x' }, 'datasource', 'dataSource'],
  ])('with what was probably meant: %j', (options, name, meant) => {
    const message = forRoot(options);
    expect(message).toContain('INVALID_OPTION');
    expect(message).toContain(`"${name}"`);
    expect(message).toContain(`Did you mean "${meant}"?`);
  });

  it('with the names that exist, if none is close', () => {
    expect(forRoot({ egress: { proxy: 'x' } })).toMatch(
      /"egress\.proxy".*Known options: allowCidrs, allowHosts/,
    );
  });

  it('when a group of options is no object', () => {
    expect(forRoot({ egress: true })).toMatch(/"egress" is of type boolean: give an object with allowCidrs/);
    expect(forRoot({ egress: null })).toMatch(/"egress" is null: give an object with allowCidrs/);
  });

  it('when it is given to forRootAsync and not to its factory', () => {
    expect(forRootAsync({ runMigrations: true })).toMatch(/"runMigrations".*return it from the factory/);
    expect(forRootAsync({ usefactory: () => ({}) })).toContain('Did you mean "useFactory"?');
  });

  it('when its value has the wrong type or form: worker, path, name', () => {
    expect(forRoot({ worker: 'false' })).toMatch(/"worker".*set true or false/);
    expect(forRoot({ path: 7 })).toMatch(/"path".*give a string/);
    expect(forRoot({ name: 'a b' })).toMatch(/"name".*letters, digits/);
  });

  it('but options with valid names and values are not', () => {
    expect(forRoot({ path: 'v2', worker: false, egress: { allowHosts: ['localhost'] }, pollMs: 100 })).toBe(
      'accepted',
    );
    expect(forRootAsync({ path: 'v2', inject: [], imports: [] })).toBe('accepted');
  });
});
