import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { codeBlocksOf, fileOf, readPage } from '../support/markdown.js';

const FOLDER = 'test/e2e/recipes';
const blocks = codeBlocksOf(readPage('docs/recipes.md')).filter(({ language }) => language === 'ts');

describe('the page of recipes', () => {
  it.each(blocks.map(({ place, code }) => [place, code]))(
    'shows the code that a test runs: %s',
    (_place, code) => {
      expect(code).toBe(
        readFileSync(path.join(FOLDER, fileOf(code) ?? 'a file named in the first line'), 'utf8'),
      );
    },
  );

  it('shows every recipe that there is', () => {
    const shown = blocks.map(({ code }) => fileOf(code)!.split('/')[0]);
    const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.length).toBeGreaterThan(10);
    expect(folders.map(({ name }) => name).filter((name) => !shown.includes(name))).toEqual([]);
  });
});
