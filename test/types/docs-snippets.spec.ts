import { beforeAll, describe, expect, it } from '@jest/globals';
import { codeBlocksOf, fileOf, readPage, readPages } from '../support/markdown.js';
import { typeCheck } from '../support/type-check.js';

const inTypeScript = readPages()
  .flatMap(codeBlocksOf)
  .filter(({ language }) => language === 'ts');
// A registration in one of these snippets would apply to all other snippets of its program.
const registering = inTypeScript.filter(({ code }) => code.includes('interface Register {'));
const snippets = inTypeScript.filter((block) => !registering.includes(block));

/** The file of a snippet: the files of one page may import each other. */
function nameOf(index: number): string {
  const { place, code } = snippets[index]!;
  const file = fileOf(code);
  if (file === undefined) return `${index}.ts`;
  const page = place.replace(/\W/g, '_').replace(/_\d+$/, '');
  return `${page}/${file}`;
}

describe('The code in the documentation', () => {
  let errors: string[][];
  beforeAll(() => {
    // A module each, so that two snippets may use one name.
    const modules = snippets.map(({ code }) => `${code}\nexport {};`);
    errors = typeCheck('docs', modules, nameOf);
  }, 120_000);

  it('is there', () => {
    expect(snippets.length).toBeGreaterThan(10);
  });

  it.each(snippets.map(({ place }, index) => [place, index] as const))('compiles: %s', (_place, index) => {
    expect(errors[index]).toEqual([]);
  });

  it.each(registering.map(({ place, code }) => [place, code]))(
    'compiles: %s',
    (_place, code) => {
      expect(typeCheck('docs', [code])).toEqual([[]]);
    },
    120_000,
  );
});

describe('The page about health', () => {
  it('shows a report that has the type of a real one', () => {
    const shown = codeBlocksOf(readPage('docs/health.md')).find(({ language }) => language === 'json')!;
    const code = `import type { WebhooksHealthReport } from 'nestjs-tillhook';
      export const report: WebhooksHealthReport = ${shown.code};`;
    expect(typeCheck('docs-health', [code])).toEqual([[]]);
  }, 120_000);
});
